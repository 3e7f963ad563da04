"""What is measured: metrics, frozen suites and speed."""
