from typing import NoReturn


def main() -> NoReturn:
    raise SystemExit(0)
