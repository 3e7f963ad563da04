"""`python -m pipelines` is `sts`."""

from pipelines.cli import main

if __name__ == "__main__":
    main()
