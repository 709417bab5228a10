"""The embedded Tinybird beside the engine that it embeds, in one run."""
