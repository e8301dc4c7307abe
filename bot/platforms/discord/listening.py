"""Being spoken to: every command, button, choice and form becomes a line, acknowledged in time and answered."""

import asyncio
from collections.abc import Sequence

import discord
import structlog
from discord import app_commands

from bot.model import Caller, Channel, Choice, Form, Reply
from bot.platforms.answers import Answers
from bot.platforms.discord import buttons, commands, embeds, modals, signs
from bot.platforms.discord.gateway import Gateway
from bot.platforms.discord.outcomes import ACKNOWLEDGED, WEATHER
from bot.ports import Desk

log = structlog.get_logger()

FORM_WITHIN = 1.5
"""Seconds a form may take: the first response must be given within three, and a modal can only be the first."""

SUGGEST_WITHIN = 2.0

UNKNOWN_BUTTON = "This button is not known any more. Say /regpulse help to see what you can ask."
UNKNOWN_FORM = "This form is not known any more. Please open it again."
OUTDATED = "This command has changed since. Reload Discord, then say it again."
TOO_MUCH = "Discord would not show this answer. Ask for less at a time, as in: latest 3"
WENT_WRONG = "Something went wrong here; it has been logged. Please try again."
NO_DIRECT_MESSAGES = (
    "Discord does not let me write to you. Allow direct messages from members of this server "
    "(its name, then Privacy Settings), and say it again."
)
NOT_A_MEMBER = (
    "RegPulse is no member here, so it cannot post here, and there is nothing to change. Looking things up works "
    "everywhere. For alerts to yourself start with my, as in: /regpulse my; or ask who manages this server to add RegPulse."
)


class Conversation:
    """With everybody, over one client. A press that comes again while it is being answered is not answered twice."""

    def __init__(self, client: discord.Client, desk: Desk, gateway: Gateway, *, guilds: Sequence[int] = ()) -> None:
        self._client = client
        self._desk = desk
        self._gateway = gateway
        self._guilds = guilds
        self._under_way: set[tuple[int, int, str]] = set()
        self._giving = Answers()

    async def hold(self) -> None:
        """Until cancelled. Raises PlatformDown when a person must act."""
        tree = app_commands.CommandTree(self._client)
        tree.error(self._outdated)
        tree.add_command(commands.group(self._desk.verbs, self._says, self._tells, self._suggests))
        self._client.event(self.on_interaction)
        signs.watch(self._client, self._desk)
        await commands.register(tree, self._guilds)
        tidying = asyncio.create_task(self._tidies(tree))
        try:
            await self._giving.let_end(self._gateway.hold())
        finally:
            tidying.cancel()
            await asyncio.gather(tidying, return_exceptions=True)

    async def _tidies(self, tree: app_commands.CommandTree) -> None:
        await self._gateway.connected.wait()
        await commands.take_back(tree, [guild.id for guild in self._client.guilds if guild.id not in self._guilds])

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Of messages and forms of every age; commands come through the library's tree."""
        data = dict(interaction.data or {})
        custom_id = str(data.get("custom_id", ""))
        if interaction.type is discord.InteractionType.modal_submit:
            said = modals.line(data, self._desk.verbs) if modals.ours(custom_id) else ""
            await (self._says(interaction, said) if said else self._tells(interaction, UNKNOWN_FORM))
        elif interaction.type is discord.InteractionType.component:
            await self._pressed(interaction, _chosen(data) if custom_id == buttons.CHOOSE else custom_id)

    async def _pressed(self, interaction: discord.Interaction, custom_id: str) -> None:
        line = buttons.line(custom_id)
        if line is None:
            await self._tells(interaction, UNKNOWN_BUTTON)
            return
        key = (interaction.user.id, interaction.message.id if interaction.message else 0, custom_id)
        if key in self._under_way:
            await self._nods(interaction)
            return
        self._under_way.add(key)
        try:
            await self._says(interaction, line)
        finally:
            self._under_way.discard(key)

    # A line

    async def _says(self, interaction: discord.Interaction, line: str) -> None:
        with self._giving.one():
            await self._says_it(interaction, line)

    async def _says_it(self, interaction: discord.Interaction, line: str) -> None:
        mine = self._desk.personal(line)
        try:
            if interaction.type is not discord.InteractionType.modal_submit and await self._opens_form(
                interaction, line, mine=mine
            ):
                return
            await self._answers(interaction, line, mine=mine)
        except WEATHER as error:
            _undelivered(error)
        except Exception:  # a bug: one conversation must not end the others, and the person must not wait for ever
            log.exception("interaction failed", platform="discord", verb=line.split(" ")[0][:20])
            await self._tells(interaction, WENT_WRONG)

    async def _opens_form(self, interaction: discord.Interaction, line: str, *, mine: bool) -> bool:
        try:
            async with asyncio.timeout(FORM_WITHIN):
                caller = await self._caller(interaction, mine=mine)
                form = await self._desk.form(line, caller)
                if form is None or _shut_out(form.verb.manages, caller):
                    return False
                made = await self._modal(form, caller)
        except TimeoutError:
            log.warning("a form took too long", platform="discord", verb=line.split(" ")[0][:20])
            return False
        except discord.Forbidden:
            return False  # no direct messages: said when it is answered
        await interaction.response.send_modal(made)
        return True

    async def _modal(self, form: Form, caller: Caller) -> discord.ui.Modal:
        async def suggests(verb: str, option: str) -> Sequence[Choice]:
            return await self._desk.suggest(verb, option, "", caller)

        return await modals.modal(form, suggests, roles=bool(caller.channel.space))

    async def _answers(self, interaction: discord.Interaction, line: str, *, mine: bool) -> None:
        """Acknowledge first: Discord waits three seconds, and then fifteen minutes."""
        quiet = not _alone(interaction)
        if not await self._acknowledges(interaction, quiet=quiet):
            return
        try:
            caller = await self._caller(interaction, mine=mine)
        except discord.Forbidden:
            await interaction.followup.send(NO_DIRECT_MESSAGES, ephemeral=quiet)
            return
        if _shut_out(self._manages(line), caller):
            reply = Reply(NOT_A_MEMBER)
        else:
            reply = await self._desk.answer(line, caller)
            await self._desk.answers(caller.channel)  # only now: the line may have stopped what waits there
        await self._gives(interaction, reply, quiet=quiet, aloud=quiet and not mine and not reply.private)

    async def _acknowledges(self, interaction: discord.Interaction, *, quiet: bool) -> bool:
        """False for one that was acknowledged before, in this run or an earlier one, and so has its answer.

        Where it was us just now, and only Discord's answer to that was lost, the person still waits for ours.
        """
        for again in (True, False):
            try:
                await interaction.response.defer(ephemeral=quiet, thinking=True)
                break
            except discord.HTTPException as error:
                if error.code != ACKNOWLEDGED:
                    raise
                break
            except WEATHER:
                if not again:
                    raise
        return await self._desk.first(f"discord {interaction.id}")

    def _manages(self, line: str) -> bool:
        words = line.lower().split()
        name = next((word for word in words if word != "form"), "")
        return any(verb.manages for verb in self._desk.verbs if verb.name == name)

    async def _gives(self, interaction: discord.Interaction, reply: Reply, *, quiet: bool, aloud: bool) -> None:
        content, found = embeds.answer(reply)
        view = await buttons.under(reply, self._desk, len(found)) or discord.utils.MISSING
        silent = discord.AllowedMentions.none()
        try:
            if aloud:
                await _resolved(interaction)
            await interaction.followup.send(
                content, embeds=found, view=view, ephemeral=quiet and not aloud, allowed_mentions=silent
            )
        except WEATHER as error:
            _undelivered(error)
            if isinstance(error, discord.HTTPException) and error.status == 400:
                await interaction.followup.send(TOO_MUCH, ephemeral=quiet)
            elif aloud and interaction.channel_id:  # a change must be announced, whatever became of the interaction
                channel = self._client.get_partial_messageable(interaction.channel_id)
                await channel.send(content, embeds=found, view=view, allowed_mentions=silent)

    async def _tells(self, interaction: discord.Interaction, sentence: str) -> None:
        """One sentence to the asker, whatever was answered before."""
        quiet = not _alone(interaction)
        try:
            if interaction.response.is_done():
                await interaction.followup.send(sentence, ephemeral=quiet)
            else:
                await interaction.response.send_message(sentence, ephemeral=quiet)
        except WEATHER as error:
            _undelivered(error)

    async def _nods(self, interaction: discord.Interaction) -> None:
        try:
            await interaction.response.defer()
        except WEATHER as error:
            _undelivered(error)

    async def _suggests(self, interaction: discord.Interaction, verb: str, option: str, typed: str) -> Sequence[Choice]:
        try:
            async with asyncio.timeout(SUGGEST_WITHIN):
                return await self._desk.suggest(verb, option, typed, await self._caller(interaction, mine=False))
        except Exception as error:  # no suggestion is no harm: what is typed still counts
            log.warning("nothing suggested", platform="discord", reason=f"{type(error).__name__}: {error}"[:200])
            return ()

    async def _outdated(self, interaction: discord.Interaction, error: app_commands.AppCommandError) -> None:
        """A command as it was registered before this version: people's clients keep it for a while."""
        log.warning("command not understood", platform="discord", reason=str(error)[:200])
        if interaction.type is discord.InteractionType.application_command:
            await self._tells(interaction, OUTDATED)

    # Who asks

    async def _caller(self, interaction: discord.Interaction, *, mine: bool) -> Caller:
        user, name = str(interaction.user.id), interaction.user.display_name
        if mine and not _alone(interaction):
            own = await self._client.create_dm(interaction.user)
            return Caller(Channel("discord", "", str(own.id)), user, "admin", name=name)
        channel = Channel("discord", str(interaction.guild_id or ""), str(_heard_in(interaction)))
        if _alone(interaction):
            return Caller(channel, user, "admin", name=name)
        if not self._member(interaction):
            return Caller(channel, user, "guest", name=name)
        rights = interaction.permissions
        owns = interaction.guild is not None and interaction.guild.owner_id == interaction.user.id
        if rights.administrator or owns:
            return Caller(channel, user, "admin", name=name)
        manages = rights.manage_channels or rights.manage_guild
        return Caller(channel, user, "manager" if manages else "member", name=name)

    def _member(self, interaction: discord.Interaction) -> bool:
        """Whether the bot is in this server, and not brought along by a person, or read there as a follower reads."""
        return interaction.guild_id is not None and self._client.get_guild(interaction.guild_id) is not None


def _alone(interaction: discord.Interaction) -> bool:
    """In the person's direct messages with the bot: there everything is private, and theirs."""
    return interaction.guild_id is None and not interaction.context.private_channel


def _shut_out(manages: bool, caller: Caller) -> bool:
    return manages and caller.rank == "guest"


def _heard_in(interaction: discord.Interaction) -> int | None:
    """The channel that hears: within a post of a forum it is the forum."""
    channel = interaction.channel
    if isinstance(channel, discord.Thread) and isinstance(channel.parent, discord.ForumChannel):
        return channel.parent.id
    return interaction.channel_id


def _chosen(data: dict[str, object]) -> str:
    values = data.get("values")
    return str(values[0]) if isinstance(values, list) and values else ""


async def _resolved(interaction: discord.Interaction) -> None:
    """The private "is thinking" taken back: otherwise the first follow-up becomes it, and is as private."""
    try:
        await interaction.delete_original_response()
    except discord.HTTPException:
        await interaction.edit_original_response(content="Said here, for everybody to see.")


def _undelivered(error: Exception) -> None:
    """Such as 10062, an interaction that took too long to reach us, and 40060, one that Discord sent twice."""
    log.warning("answer not delivered", platform="discord", reason=f"{type(error).__name__}: {error}"[:200])
