"""`python -m pipelines.audit`: does a finished set keep every rule, and do its splits share nothing?"""

from pipelines import inspection
from pipelines.limits import AuditConfig
from sts.cli import Options, verb


@verb(inputs=("data/dataset",), out="runs/audit")
def main(options: Options) -> None:
    """Check sets: checksums, lineage, labels by rule, licences, leaks between splits, duplicates.

    --in is a finished directory or a folder with train, val and test. Prints a table, writes AUDIT.md and audit.json to
    --out, and exits with 1 if anything must be mended. --n is how many nearest pairs across splits are listed.
    """
    settings = options.settings(AuditConfig, nearest=options.n)
    inspection.audit(options.inputs, settings, options.out, options.workers)


if __name__ == "__main__":
    main()
