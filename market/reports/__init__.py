"""Reports: figures of a period as files, written in the background and kept for a while."""
