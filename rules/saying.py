"""What a run says on the terminal: a line a stage, one sentence a mistake; everything else goes into Snakemake's log file.

A stage is the file under `rules/` in which a rule stands. `--verbose`, `--printshellcmds` and `--debug-dag` give Snakemake's own lines
back; looks at the workflow (`-n`, `--dag`, `--rulegraph`, `--summary`) keep them.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from snakemake.exceptions import WorkflowError
from snakemake.logging import ColorizingTextHandler, get_event, logger
from snakemake.settings.enums import Quietness
from snakemake_interface_executor_plugins.settings import ExecMode
from snakemake_interface_logger_plugins.common import LogEvent

RULES = Path(__file__).resolve().parent
# Of what Snakemake says for information, what is news to a person who waits.
KEPT = ("Nothing to be done", "Trying to restart", "Shutting down", "Unlocked", "Waiting at most", "Touching")
NOTHING = KEPT[0]
# What Snakemake says of a machine of one's own before anything runs.
ASSUMED = "Assuming unrestricted shared filesystem usage"
# What it says of a step that failed besides naming it, which the last lines do (`close_run.py`).
FAILED = (
    "CalledProcessError in file",
    "At least one job did not complete successfully",
    "Exiting because a job execution failed",
    "Restored previous version of",  # what was made before the failure stays, each part with its receipt
)
# What it says of a dry run and is not so here, where receipts decide, and what is so.
NOT_SO = ("Some jobs were triggered by provenance", "Rules with provenance triggered")
SO = {
    "\n    (check individual jobs above for details)": "",
    "set of input files has changed since last execution": "files that they read or made are not as the last run left them",
    "params have changed since last execution": "what the protocol asks of them is new, or they have not ended yet",
}
# Seconds without a line after which a run says what it is at; on a terminal the line is written over.
SILENCE, TICK = 30.0, 1.0


class Refusal(WorkflowError):
    """A mistake that a person can mend; its sentence is all that is shown of it."""

    said: tuple[str, ...] = ()

    def __init__(self, sentence: object) -> None:
        super().__init__(str(sentence))
        Refusal.said = (*Refusal.said, str(sentence))


def tell(workflow: Any, close: Callable[[], None], fail: Callable[[], None]) -> Telling | None:
    """Let a run say little; called when the Snakefile is read.

    `close` says how the review stands and `fail` what went wrong, where no hook of the Snakefile did: when there was nothing to run, and in a
    workflow that takes this one as a module.

    Returns None where the lines are Snakemake's own.
    """
    asked = workflow.output_settings
    plain = not (asked.verbose or asked.debug_dag or Quietness.ALL in (asked.quiet or ()))
    known = next((one for one in logger.handlers if isinstance(one, ColorizingTextHandler)), None)
    if workflow.exec_mode != ExecMode.DEFAULT or not plain or known is None:
        return None
    telling = Telling(workflow, known, close, fail, quiet=not (asked.dryrun or asked.printshellcmds))
    telling.dry = asked.dryrun
    logger.removeHandler(known)
    logger.addHandler(telling)
    return telling


class Telling(logging.Handler):
    """In the place of Snakemake's lines on the terminal: passes on what a person has to know.

    `known` is Snakemake's own handler. Where not `quiet`, only mistakes of people are shortened.
    """

    def __init__(
        self,
        workflow: Any,
        known: ColorizingTextHandler,
        close: Callable[[], None],
        fail: Callable[[], None],
        quiet: bool,
    ) -> None:
        super().__init__()
        self.workflow, self.known, self.quiet = workflow, known, quiet
        self.close_run, self.fail = close, fail
        self.failed: list[tuple[str, str, list[str]]] = []  # rule, what was said of it, logs
        self.begun = self.dry = False
        self._announced = False
        self.closed = False
        self.stages = Stages(workflow)
        self._line = ""
        self._spoke = time.monotonic()
        self._over = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._emit(record)
        except (BrokenPipeError, KeyboardInterrupt, SystemExit):
            raise
        except Exception:
            self.handleError(record)

    def _emit(self, record: logging.LogRecord) -> None:
        event, text = get_event(record), str(record.msg or "")
        if event == LogEvent.ERROR:
            said = (one for one in Refusal.said if _within(one, text))
            if sentence := next(said, "") or no_target(text, self.workflow):
                self.say(*sentence.splitlines())
            elif not (self.quiet and any(words in text for words in FAILED)):
                self.pass_on(record)
        elif not self.quiet:
            if not (self.dry and self._of_no_use(event, text)):
                for words, ours in SO.items() if self.dry else ():
                    text = text.replace(words, ours)
                record.msg = text
                self.pass_on(record)
        elif any(words in text for words in FAILED):
            pass
        elif event == LogEvent.WORKFLOW_STARTED:
            self.begun = True
            _whole_log_files()
        elif event == LogEvent.RUN_INFO:
            self.stages.plan()
        elif event == LogEvent.JOB_INFO:
            self.announce()
            self.stages.start(record.jobid, record.rule_name)
        elif event in (LogEvent.JOB_FINISHED, LogEvent.PROGRESS):
            self.say(*self.stages.finish(getattr(record, "job_id", None)))
        elif event == LogEvent.JOB_ERROR:
            self.failed.append(
                (record.rule_name, str(record.rule_msg or ""), [str(log) for log in record.log])
            )
        elif text.startswith("Complete log"):
            if not self.closed:
                (self.fail if self.failed else self.close_run)()
            self.say(f"Every step: {_near(text.partition(': ')[2])} ({self.stages.took()})")
        elif (
            record.levelno > logging.INFO
            or text.startswith(KEPT)
            or not (self.begun or text.startswith(ASSUMED))
        ):
            self.pass_on(record)
        if text.startswith(NOTHING) and self.quiet:
            self.close_run()

    def _of_no_use(self, event: LogEvent | None, text: str) -> bool:
        """Whether a line of a dry run tells nothing: on the machine, what is not so, or the same table again."""
        again = event == LogEvent.RUN_INFO and self._announced
        self._announced |= event == LogEvent.RUN_INFO
        return again or event == LogEvent.WORKFLOW_STARTED or text.startswith((ASSUMED, *NOT_SO))

    def pass_on(self, record: logging.LogRecord) -> None:
        self._wipe()
        self.known.handle(record)
        self._spoke = time.monotonic()

    def say(self, *lines: str) -> None:
        """Lines of our own, if there are any, where Snakemake's would be."""
        if not lines:
            return
        self._wipe()
        self.known.stream.write("".join(f"{line}\n" for line in lines))
        self.known.flush()
        self._spoke = time.monotonic()

    def announce(self) -> None:
        """Say what is to be done, when it begins: people's files were found in order."""
        if not self._announced:
            self._announced = True
            # A step whose inputs come out as they were is left out.
            most = "Up to " if self.stages.total > 1 else ""
            self.say(f"{most}{_counted(self.stages.total)} to do:")
            threading.Thread(target=self._watch, daemon=True).start()

    def end(self, well: bool) -> None:
        """The stages are over; after a good end, what Snakemake left out at last is of now, too."""
        if not self.closed:
            self.closed = True
            self._over.set()
            self.say(*self.stages.rest() if well else [])

    def _watch(self) -> None:
        """Say what a long run is at."""
        terminal = self.known.is_tty
        while not self._over.wait(TICK):
            text = self.stages.at_work()
            if not text:
                continue
            with self.lock or threading.RLock():
                if terminal and not self._over.is_set():
                    self._wipe()
                    self._line = text[:100]
                    self.known.stream.write(self._line)
                    self.known.flush()
                elif time.monotonic() - self._spoke > SILENCE:
                    self.say(text)

    def _wipe(self) -> None:
        if self._line:
            self.known.stream.write("\r\x1b[K")
            self._line = ""

    def close(self) -> None:
        self._over.set()
        self.known.close()
        super().close()


class Stages:
    """The steps of a run by stage: how many are done, in what time, and which are at work."""

    def __init__(self, workflow: Any) -> None:
        self.workflow = workflow
        self.began = time.monotonic()
        self.total = 0
        self.ended = 0
        self._left: dict[str, dict[int, Any]] = {}
        self._done: dict[str, int] = {}
        self._worked: dict[str, float] = {}  # seconds by stage
        self._at_work: dict[int, tuple[str, float]] = {}
        self._stage: dict[int, str] = {}

    def plan(self) -> None:
        """Read what is to run from Snakemake's plan."""
        dag = self.workflow.dag
        for job in dag.needrun_jobs():
            if not job.rule.norun:
                number = dag.jobid(job)
                self._stage[number] = stage_of(job.rule)
                self._left.setdefault(self._stage[number], {})[number] = job
        self.total = len(self._stage)

    def start(self, number: int, rule: str) -> None:
        if number in self._stage:
            self._at_work[number] = (rule, time.monotonic())

    def finish(self, number: int | None) -> list[str]:
        """Note a finished step; gives the lines of the stages that are done by now."""
        if number in self._stage:
            now, stage = time.monotonic(), self._stage[number]
            _, began = self._at_work.pop(number, ("", now))
            self._worked[stage] = self._worked.get(stage, 0.0) + now - began
            self._left[stage].pop(number, None)
            self._done[stage] = self._done.get(stage, 0) + 1
            self.ended += 1
        dag = self.workflow.dag
        return self._lines(lambda job: not dag.needrun(job))

    def rest(self) -> list[str]:
        """Lines of the stages that are still open at a good end."""
        return self._lines(lambda job: True)

    def _lines(self, left_out: Callable[[Any], bool]) -> list[str]:
        lines = []
        for stage in [stage for stage in self._left if stage in self._done]:
            jobs = self._left[stage]
            while jobs and left_out(next(iter(jobs.values()))):
                jobs.pop(next(iter(jobs)))
            if not jobs:
                del self._left[stage]
                lines.append(
                    f"  {stage:<12} {_counted(self._done[stage]):>9} {_lasted(self._worked[stage]):>9}"
                )
        return lines

    def at_work(self) -> str:
        """What has been at work for how long, or "" where nothing is."""
        now = time.monotonic()
        named = [f"{rule} ({_lasted(now - since)})" for rule, since in list(self._at_work.values())]
        if not named:
            return ""
        more = f" and {len(named) - 2} more" if len(named) > 2 else ""
        return f"  at work: {', '.join(named[:2])}{more}; {self.ended} of {_counted(self.total)} done"

    def took(self) -> str:
        """How long the run was, and how many steps ended; Snakemake tells of none that ended where `--quiet` asks it not to."""
        lasted = _lasted(time.monotonic() - self.began)
        return f"{_counted(self.ended)} in {lasted}" if self.ended else lasted


def stage_of(rule: Any) -> str:
    """The stage of a rule: the file under `rules/` in which it stands; another workflow's rule is its own."""
    path = Path(str(rule.snakefile))
    return path.stem if path.parent == RULES or path.parent.name == RULES.name else str(rule.name)


def no_target(text: str, workflow: Any) -> str:
    """What is said of a target that there is not, or of a folder whose name is mistyped, by Snakemake's own words; "" of anything else."""
    found = re.search(r"MissingRuleException.*\sNo rule to produce (.+?) \(if you use input", text, re.DOTALL)
    if not found:
        return ""
    targets = ", ".join(rule.name for rule in workflow.rules if not rule.output)
    what = "neither a folder nor a target"
    if Path(found[1]).is_dir():
        what = "a folder and no target; that of a review is named before all else"
    return f"{found[1]} is {what}. Targets: {targets}; or the path of a file under results/."


def _whole_log_files() -> None:
    """Let Snakemake's log files hold everything, for the terminal does not."""
    for handler in logger.handlers:
        if isinstance(handler, logging.FileHandler):
            for known in (*handler.filters, handler.formatter):
                if hasattr(known, "quiet"):
                    known.quiet = frozenset()
                if hasattr(known, "printshellcmds"):
                    known.printshellcmds = True


def _within(sentence: str, text: str) -> bool:
    """Whether a text is of this sentence; Snakemake may have indented its lines."""
    return sentence.splitlines()[0].strip() in text if sentence.strip() else False


def _near(path: str) -> str:
    """A path as seen from the review."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return path


def _counted(steps: int) -> str:
    return f"{steps:,} step{'' if steps == 1 else 's'}"


def _lasted(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
