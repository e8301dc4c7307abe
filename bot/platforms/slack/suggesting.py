"""The choices of a field while a person types: the desk's, and of user groups the workspace's own."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.model import Caller, Choice
from bot.platforms.slack.groups import Groups
from bot.ports import Desk


async def suggested(
    desk: Desk, groups: Groups, client: AsyncWebClient, verb: str, option: str, typed: str, caller: Caller
) -> tuple[Choice, ...]:
    takes = [one.takes for known in desk.verbs if known.name == verb for one in known.options if one.name == option]
    if takes == ["mention"]:
        return await groups.matching(client, caller.channel.space, typed)
    return await desk.suggest(verb, option, typed, caller)
