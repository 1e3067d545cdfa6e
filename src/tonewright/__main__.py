"""``python -m tonewright``: the command line."""

from tonewright.cli.main import main

if __name__ == "__main__":
    main()
