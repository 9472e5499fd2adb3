"""Multilevel and multivariate models, aggregation, cluster-robust tests.

R maximises a likelihood of variance components until it moves little. So a fit is compared twice: everything that
follows from the components, at R's own components and sharply; and the components, within their tolerance or, where R
stopped short of the maximum or the data do not tell the components apart, by the likelihood, which ours may not miss.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from evergreen.metaanalysis import cluster_robust, multilevel
from evergreen.metaanalysis.inverse_variance import fit
from tests.reference import stopping
from tests.reference.oracle.fits import Fits
from tests.reference.oracle.ledger import Ledger, column, numbers

SHARP = 1e-7  # at R's own components: what inverting a matrix may cost
DROPPED = 1e-10  # near the size, 1e-12 in squared variances, below which clubSandwich takes an eigenvalue for 0, in any unit
SHORT = 1e-8  # of a log-likelihood of 1 or more: what R's optimiser leaves at most when it has converged


def dependent_blocks(document: Mapping[str, Any], path: str, ledger: Ledger) -> None:
    blocks = document["analyses_mv"]
    compare = Outcomes(document, ledger) if document["kind"] == "multivariate" else Effects(document, ledger)
    for name, block in blocks.items():
        if name == "V":
            continue
        if "error" in block:
            ledger.skip("error block")
        else:
            compare.block(name, block, f"{path}/{name}")


@dataclass
class Pair:
    """Our fit, and ours at R's components: `gap` is how far R's likelihood lies below ours (NaN without R's block)."""

    ours: multilevel.MultilevelFit
    at_theirs: multilevel.MultilevelFit
    gap: float


class Models:
    """What both kinds of files share: a fit against a block."""

    def __init__(self, document: Mapping[str, Any], ledger: Ledger) -> None:
        self.document, self.raw, self.ledger = document, document["raw"], ledger
        self.blocks = document["analyses_mv"]

    def compare(
        self, pair: Pair, block: Mapping[str, Any], path: str, of: Any, components: tuple[str, ...]
    ) -> None:
        """All numbers at R's components; those of our own fit too, unless R stopped short."""
        own = {key: value for key, value in block.items() if key not in {"design", "rows", "coef_names"}}
        self.ledger.block(
            "multilevel", path, own, of(pair.at_theirs), **_tolerances(pair.at_theirs, SHARP, components)
        )
        ours, theirs = (
            np.concatenate([numbers(of(one)[key]).ravel() for key in components])
            for one in (pair.ours, pair.at_theirs)
        )
        total = float(pair.ours.sigma2.sum()) + multilevel.typical_variance(pair.ours.clusters)
        sizes = np.concatenate(
            [np.full(numbers(of(pair.ours)[key]).size, total if key != "rho" else 1e-3) for key in components]
        )
        close = bool(np.all(np.abs(ours - theirs) <= 1e-4 * np.abs(theirs) + 1e-7 * sizes))
        if not pair.gap >= -1e-10 * (1 + abs(pair.ours.loglik_restricted)):
            self.ledger.failed.append(f"{path}: our log-likelihood lies {-pair.gap!r} below R's")
        if close:
            self.ledger.block(
                "multilevel", path, own, of(pair.ours), **_tolerances(pair.ours, 1e-4, components, total)
            )
        else:
            self.ledger.short[
                "variance components: R stopped below the maximum"
                if pair.gap > SHORT * (1 + abs(pair.ours.loglik_restricted))
                else "variance components: the likelihood does not tell them apart"
            ] += 1


def _tolerances(
    mine: multilevel.MultilevelFit, rtol: float, components: tuple[str, ...], total: float = 0.0
) -> dict[str, Any]:
    """Tails move by z^2 times the relative change of a statistic; small numbers are held against the standard error."""
    se = float(np.max(mine.se))
    condition = np.linalg.cond(
        mine.clusters.flat(mine.clusters.x) / mine.clusters.flat(mine.clusters.used)[:, None]
    )
    rtol = (
        rtol + 1e-16 * condition**2
    )  # R inverts X'WX, which costs digits where moderators are far from 0 (a year)
    slack: dict[str, Any] = dict.fromkeys(("b", "ci_lb", "ci_ub", "pi_lb", "pi_ub"), rtol * se)
    slack |= {
        "b": rtol * numbers(mine.se),
        "zval": rtol,
        "QM": rtol,
        "vb": rtol * se**2,
        "I2_levels_pct": 10 * rtol,
    }
    slack |= dict.fromkeys(components, 1e-7 * total)
    slack |= dict.fromkeys(("logLik_ML", "logLik_REML", "AIC_ML", "AIC_REML", "AICc_REML"), 2 * rtol)
    if "rho" in components and total:
        slack["rho"] = 1e-4
    rtols = {
        "pval": rtol * (1 + float(np.max(np.square(mine.statistic)))),
        "QMp": rtol * (1 + mine.QM),
        "QE": 1e-9,
        "QEp": 1e-9 * (1 + mine.Q),
    }
    return {"rtol": rtol, "rtols": rtols, "slack": slack}


def _numbers(mine: multilevel.MultilevelFit) -> dict[str, Any]:
    restricted, plain = (mine.information_criteria(one) for one in (True, False))
    return {
        "b": mine.b, "se": mine.se, "zval": mine.statistic, "df": mine.df, "pval": mine.p_value, "ci_lb": mine.ci_low,
        "ci_ub": mine.ci_high, "sigma2": mine.sigma2, "tau2": 0.0, "rho": 0.0, "QE": mine.Q, "QEp": mine.Q_p,
        "QE_df": mine.Q_df, "QM": mine.QM, "QMp": mine.QM_p, "QM_df": mine.QM_df, "logLik_ML": mine.loglik,
        "logLik_REML": mine.loglik_restricted, "vb": mine.vb, "pi_lb": mine.pi_low, "pi_ub": mine.pi_high,
        "I2_levels_pct": mine.I2, "AIC_REML": restricted["AIC"], "AIC_ML": plain["AIC"], "AICc_REML": restricted["AICc"],
    }  # fmt: skip


def _gap(ours: multilevel.MultilevelFit, theirs: multilevel.MultilevelFit) -> float:
    name = "loglik_restricted" if ours.restricted else "loglik"
    return float(getattr(ours, name) - getattr(theirs, name))


class Outcomes(Models):
    """Several outcomes per study."""

    def block(self, name: str, block: Mapping[str, Any], path: str) -> None:
        labels = [str(one) for one in self.raw["outcome"]]
        ours_order = sorted(set(labels))
        named = [one.removeprefix("outcome") for one in block.get("coef_names", [])]
        order = (
            [ours_order.index(one) for one in named]
            if sorted(named) == ours_order
            else [*range(len(ours_order))]
        )
        pairs = [(i, j) for i in range(len(order)) for j in range(i)]

        def fitted(**given: Any) -> multilevel.MultilevelFit:
            study = next(self.raw[key] for key in ("trial", "study", "cluster") if key in self.raw)
            V = np.array(self.blocks["V"], dtype=float)
            return multilevel.multivariate(
                column(self.raw["yi"]), V, study, labels, method=name.rsplit("_", 1)[1], **given
            )

        def of(mine: multilevel.MultilevelFit) -> dict[str, Any]:
            """Our numbers in R's order of the outcomes."""
            ours = _numbers(mine)
            ours |= {
                key: np.asarray(ours[key])[order] for key in ("b", "se", "zval", "pval", "ci_lb", "ci_ub")
            }
            correlation = np.eye(len(order))
            for (i, j), value in zip(pairs, mine.rho, strict=True):
                correlation[i, j] = correlation[j, i] = value
            rho = np.array([correlation[order[i], order[j]] for i, j in pairs])
            return ours | {
                "vb": mine.vb[np.ix_(order, order)],
                "sigma2": 0.0,
                "tau2": mine.sigma2[order],
                "rho": rho,
            }

        sd, rho = np.sqrt(column(block["tau2"])), np.atleast_1d(numbers(block["rho"]))
        between = np.diag(sd**2)
        for (i, j), value in zip(pairs, rho, strict=True):
            between[i, j] = between[j, i] = value * sd[i] * sd[j]
        back = np.argsort(order)
        ours, theirs = fitted(), fitted(between=between[np.ix_(back, back)])
        self.compare(Pair(ours, theirs, _gap(ours, theirs)), block, path, of, ("tau2", "rho"))


class Effects(Models):
    """Several effects per study."""

    def __init__(self, document: Mapping[str, Any], ledger: Ledger) -> None:
        super().__init__(document, ledger)
        self.y, self.v = column(self.raw["yi"]), column(self.raw["vi"])
        self.known: dict[str, Pair] = {}

    def fitted(self, name: str) -> Pair:
        """The fit of a block of `rma.mv`, by the name of the block, and the same at R's components."""
        if name not in self.known:
            self.known[name] = self._fitted(name)
        return self.known[name]

    def _fitted(self, name: str) -> Pair:
        block = self.blocks.get(name, {})
        design, rows = None, np.arange(len(self.y))
        if "design" in block:
            design = np.array(block["design"], dtype=float)
            if len(design) < len(rows):  # a moderator is not known of every effect
                source = max((key for key in self.raw if f"_{key}_" in name), key=len)
                rows = np.flatnonzero([value is not None for value in self.raw[source]])
        # two levels: one variance by the id of the effect, which may come back in several clusters
        study = self.raw["es" if "two_level" in name else "cluster"]
        how: dict[str, Any] = {
            "components": ("study",)
            if "two_level" in name or "cluster_only" in name
            else multilevel.COMPONENTS,
            "method": "ML" if "_ML_" in name else "REML",
            "test": "t" if name.endswith("_t") or "dfs_contain" in name else "z",
            "df": "contain" if "dfs_contain" in name else "residual",
            "rho": 0.6 if "rho0.6" in name else 0.0,
        }
        data = (self.y[rows], self.v[rows], [study[row] for row in rows], design)
        ours = multilevel.three_level(*data, **how)
        if "sigma2" not in block:
            return Pair(ours, ours, np.nan)
        theirs = multilevel.three_level(*data, **how, sigma2=column(block["sigma2"]))
        return Pair(ours, theirs, _gap(ours, theirs))

    def block(self, name: str, block: Mapping[str, Any], path: str) -> None:
        if name.startswith("lrt"):
            self.likelihood_ratio(name, block, path)
        elif name.startswith("confint"):
            self.profile(block, path)
        elif name.startswith("aggregate"):
            names, y, v = multilevel.aggregate(self.y, self.v, self.raw["cluster"], rho=0.6)
            order = [names.index(str(one)) for one in block["cluster"]]
            self.ledger.block(
                "multilevel",
                path,
                {key: block[key] for key in ("yi", "vi")},
                {"yi": y[order], "vi": v[order]},
            )
        elif name == "rma_uni_REML":
            fits = Fits({"raw": self.raw, "kind": "multilevel"}, {"use": [True] * len(self.y)}, self.ledger)
            fits.fit_block("multilevel", path, block, method="REML", test="z")
        elif name.startswith("rma_uni_robust"):
            mine = cluster_robust.of_inverse_variance(
                self.y, self.v, self.raw["cluster"], fit(self.y, self.v), kind=name.rsplit("_", 1)[1]
            )
            self.robust(mine, block, path, 1e-4)
        elif "robust" in name:
            stem, _, how = name.partition("_robust_" if "_robust_" in name else "robust_")
            model = next(
                (one for one in (f"{stem}_REML", f"{stem}_REML_z") if one in self.blocks),
                "three_level_REML_z",
            )
            theirs = self.fitted(model).at_theirs
            if (
                how.startswith("CR2")
                and float(np.min(np.diagonal(theirs.marginal, axis1=1, axis2=2))) ** 2 < DROPPED
            ):
                self.ledger.short["CR2: clubSandwich takes small variances for 0"] += 1
            else:
                self.robust(cluster_robust.of_multilevel(theirs, how.split("_")[0]), block, path, SHARP)
        else:
            self.compare(self.fitted(name), block, path, _numbers, ("sigma2",))

    def likelihood_ratio(self, name: str, block: Mapping[str, Any], path: str) -> None:
        """Twice the difference of two likelihoods, but for what R left of either."""
        full = self.fitted("three_level_REML_z")
        kept = "study" if "within" in name else "effect"
        reduced = multilevel.three_level(self.y, self.v, self.raw["cluster"], components=(kept,))
        statistic, p_value = multilevel.likelihood_ratio(full.ours, reduced)
        left = 4e-10 * (1 + abs(full.ours.loglik_restricted))
        expected = max(0.0, statistic - 2 * np.nan_to_num(full.gap))
        if full.gap > left:
            self.ledger.short["likelihood ratio: of R's fit below the maximum"] += 1
            self.ledger.block(
                "multilevel", path, {"LRT": block["LRT"]}, {"LRT": expected}, rtol=1e-4, atol=1e-3
            )
        else:
            # near 0 a p value moves as the root of the statistic
            root = np.sqrt(statistic + left) - np.sqrt(max(statistic - left, 0.0))
            self.ledger.block(
                "multilevel",
                path,
                block,
                {"LRT": statistic, "p": p_value},
                rtol=1e-4,
                slack={"LRT": left, "p": root},
            )

    def profile(self, block: Mapping[str, Any], path: str) -> None:
        """metafor's `uniroot` ends within its tolerance of these limits: ours must solve the equation, and better."""
        pair = self.fitted("three_level_REML_z")
        full, theirs = pair.ours, numbers(block[""])
        total = float(full.sigma2.sum()) + multilevel.typical_variance(full.clusters)
        low, high = multilevel.profile_interval(full, 1)
        drop, best = multilevel.profile_drop(full, 1), float(full.sigma2[1])
        self.ledger.short["profile of a variance component: uniroot at its default tolerance"] += 1
        for mine_limit, its_limit in zip((low, high), theirs[1:], strict=True):
            if mine_limit > 0 and not abs(drop(mine_limit)) <= min(
                1e-7, abs(drop(max(0.0, its_limit))) + 1e-9
            ):
                self.ledger.failed.append(f"{path}: {mine_limit!r} does not solve the profile's equation")
        if pair.gap > SHORT * (1 + abs(full.loglik_restricted)):
            self.ledger.short["profile of a variance component: of R's fit below the maximum"] += 1
            return
        self.ledger.block(
            "multilevel",
            path,
            {"sigma2": theirs[:1]},
            {"sigma2": full.sigma2[1:2]},
            rtol=1e-4,
            atol=1e-7 * total,
        )
        stopped = [
            stopping.uniroot(drop, 0.0, best) if low > 0 else 0.0,
            stopping.uniroot(drop, best, max(10.0, 100 * best)),
        ]
        self.ledger.block("multilevel", path, {"sigma2": theirs[1:]}, {"sigma2": stopped}, rtol=1e-4)

    def robust(
        self, mine: cluster_robust.ClusterRobust, block: Mapping[str, Any], path: str, rtol: float
    ) -> None:
        ours = {
            "b": mine.b, "se": mine.se, "tval": mine.statistic, "df": mine.df, "pval": mine.p_value, "ci_lb": mine.ci_low,
            "ci_ub": mine.ci_high, "vb": mine.vb,
        }  # fmt: skip
        size = float(np.max(mine.se))
        slack = {
            "b": rtol * numbers(mine.se),
            "ci_lb": rtol * size,
            "ci_ub": rtol * size,
            "vb": rtol * size**2,
        }
        rtols = {"pval": rtol * (1 + float(np.max(mine.statistic**2)))}
        self.ledger.block(
            "robust", path, block, ours, rtol=rtol, rtols=rtols, slack=slack, ignore=("coef_names",)
        )
