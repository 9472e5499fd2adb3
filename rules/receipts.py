"""Snakemake decides by receipts what has to run: this is the only place that knows how Snakemake remembers.

Three things are changed, all of them in what Snakemake 9.27 keeps between runs, none in how it schedules:

* What a step was made of is read from `results/logs/receipts/` (`evergreen.steps.receipts`) and not from `.snakemake/metadata`: content
  of inputs, values, meaning of the code. The clock decides nothing.
* When a step has ended and left what was there before, the steps that wait for it are looked at again, and those whose receipts
  are of now are left out of the run. Without this all of them would run: dearer, never wrong.
* A directory is held by a lock that ends with its process.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import snakemake.jobs
import snakemake.workflow
import starting
from saying import Refusal
from snakemake.exceptions import WorkflowError
from snakemake.iocontainers import Wildcards
from snakemake.persistence.file import FilePersistence
from snakemake.settings.enums import RerunTrigger
from snakemake_interface_executor_plugins.settings import ExecMode

from evergreen.errors import InputError
from evergreen.search.standing import stands, unrepeatable
from evergreen.steps import drafts, fingerprint
from evergreen.steps.contents import Contents, files_in
from evergreen.steps.fingerprint import digest
from evergreen.steps.hold import FOLDER, check_ticket, hold
from evergreen.steps.receipts import FOLDER as RECEIPTS
from evergreen.steps.receipts import Receipts, Verdict, Work, read
from evergreen.steps.sweep import sweep

VALUES = FOLDER / "values"
SNAKEFILE = Path(__file__).resolve().parents[1] / "Snakefile"
# Parameters of a rule that say where things are and not what they are.
PLACES = ("script", "tables", "service", "evidence")
CONTENTS = Contents(FOLDER / "contents.json")
_values: dict[str, dict[str, Any]] = {}
_healed: list[str] = []


def value(step: str, content: Any) -> str:
    """A structure for a step's command line: a word that names a value in a file, and changes with its content."""
    word = digest(json.dumps(content, ensure_ascii=False))
    _values.setdefault(step, {})[word] = content
    return f"@{VALUES / step}.json#{word}"


def words(step: str, content: list[str]) -> str:
    """Any number of words for a step's command line, as one that names them."""
    return f"@{value(step, list(map(str, content)))}"


def write_values() -> None:
    """Write the values that the steps of this run are given."""
    VALUES.mkdir(parents=True, exist_ok=True)
    for step, known in _values.items():
        draft = VALUES / f".{step}.{os.getpid()}"
        draft.write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")
        draft.replace(VALUES / f"{step}.json")


class Remembered(FilePersistence):
    """Snakemake's memory of a workflow, with the receipts in the place of its metadata."""

    check: Callable[[], None]
    look_at: Callable[[list[str]], None]

    def __init__(self, *args: Any, **options: Any) -> None:
        try:
            super().__init__(*args, **options)
        except OSError as error:
            why = f"the review's folder cannot be written to ({(error.strerror or '').lower()})"
            raise Refusal(
                InputError(why, file=Path.cwd(), todo="Copy the review to where you may write.")
            ) from None
        self.max_checksum_file_size = 0  # what Snakemake records besides is for its reports
        self.receipts = Receipts(CONTENTS)
        self.begun: dict[Any, dict[str, str | None]] = {}
        self._adopted: list[Work] = []
        self._verdicts: dict[Any, Verdict] | None = {}
        workflow = self.dag.workflow
        self.decides = workflow.exec_mode == ExecMode.DEFAULT
        if self.decides:
            self.look_at(sorted(map(str, workflow.dag_settings.targets)))
        if workflow.touch:
            raise Refusal(
                "--touch has no use here: what is of now is seen by content, not by times. Run without it."
            )
        if self.decides and not workflow.dryrun:
            self._leave_out_of(self.dag)
        elif not self.decides:  # a job on a node of a cluster, or the step in it
            self._begin_on_a_node()

    def _begin_on_a_node(self) -> None:
        try:
            check_ticket()
        except InputError as error:
            raise Refusal(error) from None
        if not VALUES.is_dir():  # no disk that all share
            write_values()

    # What Snakemake asks before it decides.

    def verdict(self, job: Any) -> Verdict:
        """Why a job has to run; before the run begins it is asked once."""
        if self._verdicts is None:
            return self._verdict(job)
        if job not in self._verdicts:
            self._verdicts[job] = self._verdict(job)
        return self._verdicts[job]

    def _verdict(self, job: Any) -> Verdict:
        if not job.output:
            return Verdict()
        work = work_of(job)
        verdict = self.receipts.verdict(work)
        if not work.evidence:
            return verdict
        folder = Path(work.outputs[0]).parent
        there = all(Path(path).exists() for path in work.outputs)
        if verdict.unknown and there and stands(folder, **json.loads(job.params.evidence)):
            self._adopted.append(work)
            return Verdict()
        if verdict.asked_alike and verdict.damaged and not job.input.get("frozen"):
            todo = (
                f"Restore it from a copy; or, to ask again, delete {folder} or run"
                f" `evergreen run --forcerun {job.rule.name}`."
            )
            fault = InputError("is missing or is not what was received", file=verdict.damaged[0], todo=todo)
            raise Refusal(fault)
        return verdict

    def has_metadata(self, job: Any) -> bool:
        return True

    def has_outdated_metadata(self, job: Any) -> bool:
        return False

    async def incomplete(self, job: Any) -> list[Any]:
        return []  # a step that did not end has no receipt

    def params_changed(self, job: Any, file: Any = None) -> Any:
        verdict = self.verdict(job)
        if verdict.unknown:
            return "it has no receipt of having ended"
        return "other values" if verdict.values else False

    def input_changed(self, job: Any, file: Any = None) -> Any:
        verdict = self.verdict(job)
        changed = [*verdict.inputs, *verdict.wanted, *verdict.damaged]
        return bool(changed) if file is not None else changed

    def code_changed(self, job: Any, file: Any = None) -> Any:
        changed = self.verdict(job).code
        return changed if file is not None else [changed]

    def software_stack_changed(self, job: Any, file: Any = None) -> Any:
        return False if file is not None else []

    # What Snakemake tells while it runs.

    def _params(self, job: Any) -> list[str]:
        """For Snakemake's own reports; its way loads pandas into the process that plans, and waits for it."""
        return sorted(map(repr, job.non_derived_params))

    def started(self, job: Any, external_jobid: str | None = None) -> None:
        super().started(job, external_jobid)
        if self.decides and job.output:
            work = work_of(job)
            self.begun[job] = self.receipts.hashes(work.inputs)
            self.receipts.begin(work)

    def ended(self, job: Any) -> None:
        """A job has ended well; `finished` is told of those that failed as well."""
        if job in self.begun:
            if not self.dag.workflow.local_exec:
                see_anew(map(str, job.output))
            left = self.receipts.end(work_of(job), self.begun.pop(job))
            sweep(
                left, {path for other in self.dag.jobs for path in map(str, other.output)} if left else set()
            )

    # Outputs that a step keeps up to date by itself are not copied before it runs: each has a receipt of its own.

    def backup_output(self, path: Path) -> None:
        pass

    def restore_output(self, path: Path) -> bool:
        return path.exists()

    def cleanup_backup(self, path: Path) -> None:
        pass

    @contextmanager
    def lock_warn_only(self) -> Iterator[None]:
        yield  # a look at the workflow alters nothing and holds nothing

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the directory for a run: clear what killed runs left, note what is damaged, hand the steps their values."""
        if not self.decides:
            yield
            return
        try:
            with hold() as word:
                if word:
                    say(word)
                drafts.clear()
                self._delete_locks()
                for job in self.dag.jobs:
                    job.params  # noqa: B018 - asks for the values of all steps
                    _healed.extend(self.verdict(job).damaged if job.output else ())
                for work in self._adopted:
                    self.receipts.end(work, self.receipts.hashes(work.inputs))
                write_values()
                with starting.server(self._scripts()):
                    if any(True for _ in self.dag.needrun_jobs()):
                        self.check()
                    self._verdicts = None
                    yield
                self._sweep()
                self.receipts.contents.keep()
                fingerprint.remember()
        except InputError as error:
            raise Refusal(error) from None

    def _scripts(self) -> list[str]:
        """Scripts of the steps that are to run, in the order in which they can."""
        todo = [job for level in self.dag.toposorted() for job in level if self.dag.needrun(job)]
        return [str(job.params.script) for job in todo if job.params.get("script")]

    def _sweep(self) -> None:
        """After a run of everything: what steps left that the workflow does not have any more goes, but for replies that cannot be had again."""
        if not of_everything(self.dag):
            return
        known = {work_of(job).place for job in self.dag.jobs if job.output}
        outputs = {path for job in self.dag.jobs for path in map(str, job.output)}
        gone = True
        while gone:  # what one step left may be what another read
            unknown = [place for place in sorted(RECEIPTS.rglob("*.json")) if place not in known and not _cannot_be_had_again(place)]  # fmt: skip
            gone = [place for place in unknown if not (self.receipts.stands(place) and self._asked(place))]
            for place in gone:
                sweep(self.receipts.forget(place), outputs)

    def _asked(self, place: Path) -> bool:
        """Whether a step that was run by its name would read and make now what its receipt says; of steps with wildcards nothing is
        known, and a rule that is there no longer (of outcomes that were pooled together), has nothing to make or finds no inputs in this
        review is asked by nobody."""
        if place.parent != RECEIPTS:
            return True
        if not self.dag.workflow.is_rule(place.stem):
            return False
        rule = self.dag.workflow.get_rule(place.stem)
        if rule.has_wildcards():
            return True
        try:
            (inputs, *_), (outputs, *_) = rule.expand_input(Wildcards()), rule.expand_output(Wildcards())
        except WorkflowError:
            return False
        receipt = read(place) or {"inputs": (), "outputs": ()}
        return bool(outputs) and all(
            sorted(map(str, paths)) == sorted(receipt[key])
            for key, paths in (("inputs", inputs), ("outputs", outputs))
        )

    # Steps that turn out to be of now are left out.

    def _leave_out_of(self, dag: Any) -> None:
        finish = dag.finish

        async def finish_and_leave_out(job: Any, update_checkpoint_dependencies: bool = True) -> Any:
            ended = list(job) if job.is_group() else [job]
            for one in ended:
                self.ended(one)
            ready = await finish(job, update_checkpoint_dependencies)
            return self._leave_out(dag, ended) or ready

        dag.finish = finish_and_leave_out

    def _leave_out(self, dag: Any, ended: list[Any]) -> bool:
        waiting = [other for job in ended for other in dag.depending[job]]
        freed = False
        while waiting:
            job = waiting.pop()
            if not self._may_be_left_out(dag, job) or not self.verdict(job).current:
                continue
            dag._needrun.discard(job)
            dag._ready_jobs.discard(job)
            dag._n_until_ready.pop(job, None)
            dag._len -= 1
            dag.reason(job).clear()
            following = [
                other for other in dag.depending[job] if dag.needrun(other) and not dag.finished(other)
            ]
            for other in following:
                dag._n_until_ready[other] -= 1
            freed = dag.update_ready(following) or freed
            waiting += following
        return freed

    @staticmethod
    def _may_be_left_out(dag: Any, job: Any) -> bool:
        return (
            bool(job.output)
            and dag.needrun(job)
            and not dag.finished(job)
            and job not in dag._running
            and dag._n_until_ready.get(job) == 0
            and not dag.reason(job).forced
        )


def _cannot_be_had_again(place: Path) -> bool:
    """Whether a receipt is of replies that a server may not give today: they outlive their round in the protocol."""
    folders = {Path(path).parent for path in (read(place) or {}).get("outputs", ())}
    return any(map(unrepeatable, folders))


def work_of(job: Any) -> Work:
    """What a job of Snakemake computes."""
    given = {str(name): item for name, item in job.params.items() if name not in (*PLACES, "code")}
    name = "-".join([job.rule.name, *(str(word) for word in job.wildcards_dict.values())])
    evidence = bool(job.params.get("evidence"))
    values = json.dumps(given, sort_keys=True, default=str)
    return Work(
        name=f"{job.rule.name}/{name}" if job.wildcards_dict else name,
        code="" if evidence else f"{job.params.get('code', '')}-{digest(job.rule.shellcmd or '')}",
        values=digest(values),
        inputs=tuple(map(str, job.input)),
        outputs=tuple(map(str, job.output)),
        evidence=evidence,
    )


def of_everything(dag: Any) -> bool:
    """Whether a run is of all that a review delivers: the targets of the Snakefile. A workflow that takes this one as a module has a
    default target of its own.
    """
    return any(Path(file).resolve() == SNAKEFILE for file in {str(job.rule.snakefile) for job in dag.jobs})


def see_anew(paths: Iterable[str]) -> None:
    """Open what another host wrote: a network disk may tell for a while what was there before, until a file is opened."""
    for path in paths:
        for file in (path, *(f"{path}/{name}" for name in files_in(path))):
            with suppress(OSError):
                os.close(os.open(file, os.O_RDONLY))


def healed_files() -> list[str]:
    """Outputs that this run found damaged, missing or altered, and made again."""
    return sorted(set(_healed))


def say(line: str) -> None:
    print(line, file=sys.stderr)


async def _no_time(job: Any) -> None:
    """The oldest time of a job's outputs, for which Snakemake looks at the clock: there is none."""


async def _any_time(dag: Any, job: Any, outputs: Any) -> None:
    """Whether outputs are newer than what they were made of, without which Snakemake stops a run: any time is right."""


def _reset_resources(job: Any) -> None:
    """Before a job starts Snakemake asks for its resources again, and for its params as well: these are what was planned, whatever
    people have written since."""
    if not job._params_and_resources_resetted:
        job._resources = None
        job._params_and_resources_resetted = True


def decide_by_receipts(check: Callable[[], None], look_at: Callable[[list[str]], None]) -> None:
    """Give Snakemake the receipts for its memory; called once, when the Snakefile is read.

    `look_at` is called with the targets before anything is planned, `check` before anything runs, also in a workflow that takes this one as a module: hooks of a module's Snakefile are not.
    """
    Remembered.check = staticmethod(check)
    Remembered.look_at = staticmethod(look_at)
    snakemake.workflow.FilePersistence = Remembered
    snakemake.jobs.Job.output_mintime = property(_no_time)
    snakemake.jobs.Job.reset_params_and_resources = _reset_resources
    snakemake.workflow.DAG.check_output_mtime = _any_time
    # Whatever a command line or somebody's profile says of `rerun-triggers`: by `mtime` alone, nothing would ever run again.
    snakemake.workflow.Workflow.rerun_triggers = property(lambda workflow: RerunTrigger.all())
