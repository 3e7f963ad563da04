"""Networks that segment text in video: the only home of torch."""
