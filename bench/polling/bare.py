"""One round of the requests alone; nothing but the validators is kept."""

import asyncio

from bench.polling.fetching import fetch
from bench.polling.given import given


def main() -> None:
    address, feeds, folder, _ = given(__doc__)
    path = folder / "etags"
    etags = dict(enumerate(path.read_text().split())) if path.exists() else {}

    def keep(n: int, etag: str, _: bytes) -> None:
        etags[n] = etag

    asyncio.run(fetch(address, feeds, etags, keep))
    path.write_text("\n".join(etags[n] for n in range(feeds)))


if __name__ == "__main__":
    main()
