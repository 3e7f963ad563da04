"""The loop with people: pre-labels to Label Studio and annotations back."""
