"""SAM2Text: SAM2.1 with LoRA, self-prompts, finer masks and a bounded memory, on the stock `sam2` package."""
