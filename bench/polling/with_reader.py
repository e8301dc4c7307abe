"""One round of the `reader` library over the benchmark's feeds; runs in a Python of its own, which has `reader` alone."""

import sys

from reader import make_reader

address, feeds, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
reader = make_reader(f"{folder}/reader.db")
for n in range(feeds):
    reader.add_feed(f"{address}/{n}.xml", exist_ok=True)
reader.update_feeds(workers=16, scheduled=False)  # all of them: by default it leaves out those asked within the hour
broken = reader.get_feed_counts(broken=True).total
reader.close()
sys.exit(bool(broken))
