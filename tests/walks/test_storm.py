"""Real documents and every fault of a publisher's at once: no crash, no hang, nothing left open, a line for each refusal."""

from pathlib import Path

import pytest

from bench.storm import documents_of, storm
from tests.standins import faults

FEEDS = Path(__file__).parents[3] / "shared" / "feeds"


async def test_real_documents_amid_all_faults_are_heard_and_each_refusal_has_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not FEEDS.is_dir():
        pytest.skip(f"{FEEDS} is not here: the real feed documents are not part of the project")
    monkeypatch.setattr(faults, "BOMB", 30)
    found = await storm(documents_of(FEEDS, 40), tmp_path, turns=2, seconds=6)
    assert not [str(claim) for claim in found.claims() if not claim.holds], found
    assert len(found.turns) == 2
    assert found.faults > 50
    assert {"a-certificate-expired", "a-byte-a-second", "a-web-page"} <= set(found.refused)
    assert "a-certificate-in-order" not in found.refused
    assert sum(name.startswith("d") for name in found.refused) <= 2, "documents are heard, but for broken ones"
    assert found.turns[1]["entries"] < found.turns[0]["entries"]
    assert all(turn["seconds"] < 60 for turn in found.turns)
