"""The command: runs it, and turns every error of ours into its words and its exit code."""

from publisher.cli import command

if __name__ == "__main__":
    command()
