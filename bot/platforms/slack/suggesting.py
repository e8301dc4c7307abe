"""The choices of a field while a person types: the desk's, and of user groups the workspace's own."""

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.text import fold
from bot.model import Caller, Choice
from bot.platforms.slack import errors
from bot.ports import Desk

log = structlog.get_logger()


async def suggested(
    desk: Desk, client: AsyncWebClient, verb: str, option: str, typed: str, caller: Caller
) -> tuple[Choice, ...]:
    takes = [one.takes for known in desk.verbs if known.name == verb for one in known.options if one.name == option]
    if takes != ["mention"]:
        return await desk.suggest(verb, option, typed, caller)
    try:
        found = await client.usergroups_list()
    except SlackApiError as error:
        log.warning("user groups not known", platform="slack", reason=errors.code(error))
        return ()
    except errors.WEATHER as error:
        log.warning("user groups not known", platform="slack", reason=type(error).__name__)
        return ()
    groups = [(f"@{one['handle']} ({one['name']})", one["id"]) for one in found.get("usergroups") or ()]
    wanted = fold(typed).strip("@ ")
    return tuple(Choice(id, label) for label, id in sorted(groups) if wanted in fold(f"{label} {id}"))
