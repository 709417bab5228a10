"""What the files of a data project say."""
