"""What others do, measured beside ours: each file wraps or rebuilds one peer or floor."""
