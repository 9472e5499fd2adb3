# Recompute with metafor what verify_with_metafor.py wrote down: plan.csv says what, effects-<n>.csv from which effects.
# Answers in metafor.csv: task, number, value; or the reason why there is none.
folder <- commandArgs(trailingOnly = TRUE)[1]
source(commandArgs(trailingOnly = TRUE)[2])  # synthesis/models_in_metafor.R
read <- function(name) read.csv(file.path(folder, name), colClasses = "character", check.names = FALSE, na.strings = character())
plan <- read("plan.csv")

# --- effects from the numbers of arms

# What escalc computes since metafor 4.6 (variance of SMDH) and 5.0 (correction for bias of ROM and ROMC) also where it is older.
as_of_5 <- function(own, measure, d) {
  if (measure == "SMDH" && known < "4.6.0") {
    half_sum <- (d$sd1^2 + d$sd2^2) / 2
    own$vi <- own$yi^2 * (d$sd1^4 / (d$n1 - 1) + d$sd2^4 / (d$n2 - 1)) / (8 * half_sum^2) + (d$sd1^2 / (d$n1 - 1) + d$sd2^2 / (d$n2 - 1)) / half_sum
  }
  plain <- switch(measure, ROM = log(d$mean1 / d$mean2), ROMC = log(d$mean / d$mean_baseline))
  if (!is.null(plain) && all(abs(own$yi - plain) < 1e-14)) {
    share <- if (measure == "ROM") d$sd1^2 / (d$n1 * d$mean1^2) - d$sd2^2 / (d$n2 * d$mean2^2) else
      (d$sd^2 / d$mean^2 - d$sd_baseline^2 / d$mean_baseline^2) / d$n
    own$yi <- plain + share / 2
  }
  own
}

effects_of <- function(i) {
  p <- plan[match(i, plan$effects), ]
  text <- read(paste0("effects-", i, ".csv"))
  columns <- startsWith(names(text), "column ") | startsWith(names(text), "level ") | names(text) == "control"
  d <- data.frame(lapply(text[!columns & names(text) != "made"], as.numeric))
  computed <- text$made == "arms"
  if (any(computed)) {
    how <- given(add = as.numeric(p$effect_add), to = p$effect_to, drop00 = if (p$effect_drop00 != "") yes(p$effect_drop00), vtype = p$effect_vtype)
    own <- as_of_5(do.call(escalc, c(list(measure = p$measure), arms(p$measure, d[computed, ]), how)), p$measure, d[computed, ])
    d$yi[computed] <- own$yi
    d$vi[computed] <- own$vi
  }
  d <- cbind(d, text[columns])
  if (!anyDuplicated(d$row)) return(d)
  whole <- aggregate(escalc(measure = "GEN", yi = yi, vi = vi, data = d), cluster = row, struct = "CS", rho = as.numeric(p$effect_rho))
  one <- d[!duplicated(d$row), ]
  one[c("yi", "vi")] <- data.frame(whole)[match(one$row, whole$row), c("yi", "vi")]
  one
}

# --- models

# mean +- t sqrt(tau2 + se^2), whatever the test was, by the number of studies; none below three
prediction <- function(p, mean, se, tau2, k) {
  if (k < 3) return(list())
  free <- switch(p$predtype, riley = k - 2, simple = NA, k - 1)
  wide <- (if (is.na(free)) qnorm(half(p$level)) else qt(half(p$level), free)) * sqrt(tau2 + (p$predtype != "simple") * se^2)
  list(pi_low = mean - wide, pi_high = mean + wide, pi_df = free)
}

# Whether tau2 is given to a metafor that does not estimate it by DL2 itself.
given_DL2 <- function(p) p$tau2 == "DL2" && known < "5.0.0"
wald <- function(fit) list(estimate = c(fit$beta), se = fit$se, statistic = fit$zval, p = fit$pval, ci_low = fit$ci.lb, ci_high = fit$ci.ub)
chi2 <- function(name, statistic, df, p) setNames(list(statistic, df, p), paste(name, c("statistic", "df", "p")))
shares <- function(fit, p, d, ...) setNames(as.list(weights(fit, ...)), paste(d$row, "weight"))
heterogeneity <- function(fit) list(Q = fit$QE, Q_df = fit$k - fit$p, Q_p = fit$QEp, I2 = fit$I2, H2 = fit$H2)
# Cluster-robust tests: those of each coefficient in turn (of the one mean by its plain name), and of all moderators together.
robust_of <- function(fit, d, level) {
  if (!anyDuplicated(d$study) && inherits(fit, "rma.uni") || length(unique(d$study)) < 3) return(list())
  if (!requireNamespace("clubSandwich", quietly = TRUE)) return(structure(list(), reason = c("robust " = "the R package clubSandwich is not installed")))
  r <- tryCatch(robust(fit, cluster = d$study, clubSandwich = TRUE), error = function(e) conditionMessage(e))
  if (is.character(r)) return(structure(list(), reason = c("robust " = paste("metafor:", r))))
  crit <- qt(half(level), r$dfs)
  tests <- cbind(r$se, r$zval, r$dfs, r$pval, c(r$beta) - crit * r$se, c(r$beta) + crit * r$se)
  keys <- paste("robust", c("se", "statistic", "df", "p", "ci_low", "ci_high"))
  # clubSandwich takes an eigenvalue below 1e-12 for 0, whatever the unit of the effects, and its squares of variances too
  variances <- if (inherits(fit, "rma.mv")) diag(fit$M) else fit$vi + fit$tau2
  small <- if (min(variances)^2 < 1e-10) c("robust " = "metafor: clubSandwich takes variances as small as these for 0")
  if (fit$p == 1) return(structure(setNames(as.list(tests), keys), reason = small))
  structure(c(setNames(as.list(c(t(tests))), paste("coefficient", rep(seq_len(fit$p), each = length(keys)), keys)),
    setNames(list(r$QM, r$QMdf[1], r$QMdf[2], r$QMp), paste("robust", c("statistic", "df", "df2", "p")))), reason = small)
}

# Of a model within studies: its variances, each as a share of a study's whole variance too, and the test of heterogeneity.
variances_of <- function(fit, p, d) {
  parts <- c(if (yes(p$nested)) "study", levels_of(p), "effect")
  w <- 1 / d$vi
  x <- fit$X
  typical <- (fit$k - fit$p) / (sum(w) - sum(diag(solve(t(x) %*% (w * x), t(x) %*% (w^2 * x)))))
  own <- 100 * fit$sigma2 / (sum(fit$sigma2) + typical)
  c(list(tau2 = sum(fit$sigma2), I2 = sum(own), Q = fit$QE, Q_df = fit$k - fit$p, Q_p = fit$QEp), setNames(as.list(fit$sigma2), paste("sigma2", parts)),
    setNames(as.list(own), paste("I2_of", parts)))
}

pooled <- function(p, d) {
  fit <- fitted(p, d)
  out <- wald(fit)
  if (p$model %in% c("random", "common")) {
    k <- fit$k
    df <- if (p$test == "z") NA else k - 1
    out <- c(out, list(k = k, df = df), shares(fit, p, d), heterogeneity(fit))
    if (p$i2 == "Q") out$I2 <- if (out$Q > 0) max(0, 100 * (out$Q - out$Q_df) / out$Q) else 0
    if (p$i2 == "Q") out$H2 <- if (out$Q_df > 0) out$Q / out$Q_df else 1
    if (k > 1 && p$model == "random") {
      # the profile of Q is the same for every estimator
      limits <- confint(uni(replace(p, "tau2", if (p$tau2 == "DL2") "DL" else p$tau2), d), control = exact(d)[c("tol", "maxiter", "tau2.max")])$random["tau^2", ]
      # limits that both lie below 0 are shown as 0
      if (is.na(limits["ci.lb"]) && is.na(limits["ci.ub"])) limits[c("ci.lb", "ci.ub")] <- 0
      normal <- uni(p, d, test = "z")
      out <- c(out, list(tau2 = fit$tau2, tau2_se = if (given_DL2(p)) NA else fit$se.tau2,
        tau2_ci_low = limits[["ci.lb"]], tau2_ci_high = limits[["ci.ub"]]), prediction(p, c(fit$beta), fit$se, fit$tau2, length(unique(d$study))), setNames(wald(normal), paste("wald", names(wald(normal)))))
    }
    if (k > 1) {
      robust <- robust_of(uni(p, d, test = "z"), d, p$level)
      out <- structure(c(out, robust), reason = attr(robust, "reason"))
    }
  } else if (p$model %in% c("mh", "peto")) {
    out <- c(out, list(k = fit$k), shares(fit, p, d), list(Q = fit$QE, Q_df = fit$k.yi - 1, Q_p = fit$QEp, I2 = fit$I2, H2 = fit$H2))
    if (p$model == "peto") out <- c(out, chi2("association", c(fit$zval)^2, 1, fit$pval))
    if (p$model == "mh" && p$measure %in% c("OR", "RR", "RD", "IRR")) out <- c(out, chi2("association", fit$MH, 1, fit$MHp))
    if (p$model == "mh" && p$measure == "OR") out <- c(out, chi2("breslow_day", fit$BD, fit$k.pos - 1, fit$BDp), chi2("tarone", fit$TA, fit$k.pos - 1, fit$TAp))
  } else if (p$model == "glmm") {
    out <- c(out, list(k = fit$k, tau2 = fit$tau2, I2 = fit$I2, H2 = fit$H2, Q = fit$QE.LRT, Q_df = fit$QE.df, Q_p = fit$QEp.LRT, Q_wald = fit$QE.Wld,
      Q_wald_p = fit$QEp.Wld), prediction(p, c(fit$beta), fit$se, fit$tau2, min(fit$k, length(unique(d$study)))))
  } else {
    robust <- robust_of(fit, d, p$level)
    out <- c(out, list(k = fit$k), variances_of(fit, p, d), prediction(p, c(fit$beta), fit$se, sum(fit$sigma2), length(unique(d$study))),
      shares(fit, p, d, type = "rowsum"), robust)
    attr(out, "reason") <- attr(robust, "reason")
  }
  out
}

# --- around the pooled effect

own_effects <- function(p, d) {
  q <- if (p$level == "") NA else qnorm(half(p$level))
  keys <- c("yi", "vi", "ci_low", "ci_high")
  values <- cbind(d$yi, d$vi, d$yi - q * sqrt(d$vi), d$yi + q * sqrt(d$vi))
  setNames(as.list(c(t(values))), paste(rep(d$row, each = 4), keys))
}

between <- function(p, d) {
  means <- done[as.integer(strsplit(p$needs, ";")[[1]])]
  fit <- rma(yi = vapply(means, function(one) c(one$estimate)[1], 0), sei = vapply(means, function(one) c(one$se)[1], 0), method = "EE")
  out <- list("between Q" = fit$QE, "between p" = fit$QEp, "between I2" = if (fit$QE > 0) max(0, 100 * (fit$QE - (fit$k - 1)) / fit$QE) else 0)
  if (!p$model %in% c("random", "common")) return(out)
  # cluster-robust: each effect with the tau2 of its subgroup
  group <- factor(d[[paste("column", p$terms)]], levels = unique(d[[paste("column", p$terms)]]))
  tau2 <- vapply(means, function(one) max(0, one$tau2), 0)
  together <- robust_of(rma(yi = d$yi, vi = d$vi + tau2[group], mods = model.matrix(~ group)[, -1, drop = FALSE], method = "EE"), d, p$level)
  kept <- startsWith(as.character(names(together)), "robust ")
  structure(c(out, if (any(kept)) setNames(together[kept], paste("between", names(together)[kept]))), reason = attr(together, "reason"))
}

# Subgroups with one tau2: a mean for each, and the test of their differences.
sharing <- function(p, d) {
  text <- d[[paste("column", p$terms)]]
  group <- factor(text, levels = sort(unique(text), method = "radix"))
  each <- uni(p, d, mods = model.matrix(~ group - 1), intercept = FALSE)
  differ <- uni(p, d, mods = model.matrix(~ group)[, -1, drop = FALSE])
  df <- if (p$test == "z") NA else each$k - each$p
  own <- lapply(seq_along(levels(group)), function(i) {
    alone <- if (sum(group == levels(group)[i]) > 1) rma(yi = d$yi[as.integer(group) == i], vi = d$vi[as.integer(group) == i], method = "EE")
    one <- c(lapply(wald(each), `[`, i), list(df = df, k = sum(as.integer(group) == i), tau2 = each$tau2, tau2_se = if (given_DL2(p)) NA else each$se.tau2),
      if (!is.null(alone)) list(Q = alone$QE, Q_df = alone$k - 1, Q_p = alone$QEp))
    setNames(one, paste(i, names(one)))
  })
  normal <- function(...) robust_of(uni(p, d, test = "z", ...), d, p$level)
  means <- normal(mods = model.matrix(~ group - 1), intercept = FALSE)
  means <- structure(means[grepl("^coefficient", names(means))], reason = attr(means, "reason"))
  names(means) <- sub("^coefficient ", "", names(means))
  together <- normal(mods = model.matrix(~ group)[, -1, drop = FALSE])
  together <- together[startsWith(as.character(names(together)), "robust ")]
  names(together) <- if (length(together)) paste("between", names(together))
  out <- c(unlist(own, recursive = FALSE), list("between Q" = differ$QM, "between df" = differ$QMdf[1], "between df2" = differ$QMdf[2], "between p" = differ$QMp), means, together)
  structure(out, reason = attr(means, "reason"))
}

moderators <- function(p, d) {
  terms <- strsplit(p$terms, "\t")[[1]]
  singles <- unique(unlist(strsplit(terms, ":")))
  columns <- lapply(singles, function(name) {
    text <- d[[paste("column", name)]]
    numbers <- suppressWarnings(as.numeric(text))
    if (anyNA(numbers)) factor(text, levels = sort(unique(text), method = "radix")) else numbers
  })
  codes <- setNames(paste0("m", seq_along(singles)), singles)
  x <- setNames(data.frame(columns), codes)
  both <- vapply(strsplit(terms[grepl(":", terms)], ":"), function(pair) paste(codes[pair], collapse = ":"), "")
  mods <- model.matrix(as.formula(paste("~", paste(c(codes, both), collapse = "+"))), x)[, -1, drop = FALSE]
  fit <- fitted(p, d, mods = mods)
  within <- p$model == "multilevel"
  df <- if (p$test == "z" || within) NA else fit$k - fit$p
  vif <- if (fit$p > 2) c(NA, diag(solve(cov2cor(vcov(fit)[-1, -1])))) else rep(NA, fit$p)
  own <- cbind(c(fit$beta), fit$se, fit$zval, df, fit$pval, fit$ci.lb, fit$ci.ub, vif)
  keys <- c("estimate", "se", "statistic", "df", "p", "ci_low", "ci_high", "vif")
  # where there is no heterogeneity to explain, metafor has the share of what its iteration left over
  whole <- if (within) sum(fitted(replace(p, "components", ""), d)$sigma2) else if (p$model == "random") uni(p, d)$tau2 else NA
  left <- if (within) sum(fit$sigma2) else fit$tau2
  R2 <- if (!is.na(whole) && whole < 1e-8 * min(d$vi)) 0 else if (within || given_DL2(p)) max(0, 100 * (1 - left / whole)) else fit$R2
  normal <- function(mods, ...) if (within) fitted(p, d, mods = mods, ...) else uni(p, d, mods = mods, test = "z")
  robust <- robust_of(normal(mods), d, p$level)
  # that of all together does not depend on where moderators have their 0, but for the digits that a year or its product takes
  turned <- if (length(robust)) robust_of(do.call(normal, c(list(qr.Q(qr(scale(mods, scale = FALSE)))), if (within) list(sigma2 = fit$sigma2))), d, p$level)
  together <- startsWith(as.character(names(robust)), "robust ")
  robust[together] <- turned[together]
  out <- c(setNames(as.list(c(t(own))), paste("coefficient", rep(seq_len(fit$p), each = length(keys)), keys)),
    list(k = fit$k, QM = fit$QM, QM_p = fit$QMp, R2 = R2), if (within) variances_of(fit, p, d) else c(list(tau2 = fit$tau2), heterogeneity(fit)), robust)
  structure(out, reason = attr(robust, "reason"))
}

# All effects of a study are left out together.
influences <- function(p, d) {
  unit <- if (yes(p$by_study)) match(d$study, unique(d$study)) else seq_len(nrow(d))
  units <- seq_len(max(unit))
  of <- function(fits, key) vapply(fits, function(fit) c(fit[[key]])[1], 0)
  left <- lapply(units, function(i) uni(p, d[unit != i, ]))
  without <- list(estimate = "beta", se = "se", p = "pval", ci_low = "ci.lb", ci_high = "ci.ub", tau2 = "tau2", I2 = "I2", Q = "QE", Q_p = "QEp", k = "k")
  without <- lapply(without, function(key) of(left, key))
  # as cooks.distance.rma.mv, rstudent.rma.mv and dfbetas.rma.mv have it, and for single effects influence.rma.uni
  whole <- uni(p, d, test = "z")
  wald <- lapply(units, function(i) uni(p, d[unit != i, ], test = "z"))
  b <- of(wald, "beta")
  vb <- of(wald, "vb")
  tau2 <- of(wald, "tau2")
  change <- c(whole$beta) - b
  together <- function(values) c(tapply(values, unit, sum))
  chi2 <- vapply(units, function(i) {
    r <- d$yi[unit == i] - b[i]
    sum(r * solve(vb[i] + diag(d$vi[unit == i] + tau2[i], nrow = length(r)), r, tol = 0))
  }, 0)
  first <- match(units, unit)
  alone <- function(values) ifelse(tabulate(unit) == 1, values, NA)
  hat <- hatvalues(whole)
  n <- max(units)
  single <- list(chi2 = chi2, cook = change^2 / c(whole$vb), cov_ratio = vb / c(whole$vb), hat = together(hat), weight = together(weights(whole)),
    rstudent = alone((d$yi[first] - b) / sqrt(vb + d$vi[first] + tau2)), dffits = alone(change / sqrt(hat[first] * (d$vi[first] + tau2))),
    dfbetas = change / sqrt(1 / vapply(units, function(i) sum(1 / (d$vi + tau2[i])), 0)),
    baujat_x = together((d$yi - c(whole$beta))^2 / (d$vi + whole$tau2)), baujat_y = change^2 / vb)
  far <- !is.na(single$dffits) & abs(single$dffits) > 3 * sqrt(1 / (n - 1))
  single$influential <- as.numeric(far | pchisq(single$cook, 1) > 0.5 | single$hat > 3 / n | abs(single$dfbetas) > 1)
  if (!yes(p$by_study) && !given_DL2(p)) {  # there it is a tau2 that is given, and not estimated again
    found <- influence(whole)
    inf <- found$inf
    spot <- baujat(whole)
    single <- list(rstudent = inf$rstudent, chi2 = inf$rstudent^2, dffits = inf$dffits, cook = inf$cook.d, cov_ratio = inf$cov.r, hat = inf$hat, weight = inf$weight,
      dfbetas = found$dfbs[[1]], influential = as.numeric(found$is.infl), baujat_x = spot$x, baujat_y = spot$y)
  }
  named <- function(values, prefix) do.call(c, lapply(names(values), function(key) if (length(values[[key]]) == n) setNames(as.list(values[[key]]), paste0(prefix, units, " ", key))))
  c(named(without, "without "), named(single, ""))
}

cumulative <- function(p, d) {
  ends <- as.integer(strsplit(p$ends, ";")[[1]])
  do.call(c, lapply(seq_along(ends), function(i) {
    fit <- uni(p, d[seq_len(ends[i]), ], test = if (ends[i] == 1) "z" else p$test)
    one <- c(wald(fit), list(k = fit$k, tau2 = fit$tau2, I2 = fit$I2))
    setNames(one, paste(i, names(one)))
  }))
}

asymmetry <- function(name, d) {
  if (name == "Egger") return(regtest(d$yi, d$vi, model = "lm"))
  if (name == "Pustejovsky-Rodgers") return(regtest(d$yi, 1 / d$n1 + 1 / d$n2, model = "lm"))
  n <- d$n1 + d$n2
  e <- d$events1 + d$events2
  if (name == "Peters") {
    kept <- e > 0 & e < n
    return(regtest(d$yi[kept], (1 / e + 1 / (n - e))[kept], ni = n[kept], predictor = "ninv", model = "lm"))
  }
  V <- e * (n - e) * d$n1 * d$n2 / (n^2 * (n - 1))
  kept <- V > 0
  regtest(((d$events1 - e * d$n1 / n) / V)[kept], (1 / V)[kept], model = "lm")
}

# Whether two distances differ by sign and rounding only, or one is 0 but for rounding.
equally_far <- function(distance) {
  near <- 1e-8 * max(abs(distance))
  min(abs(distance)) < near || any(abs(outer(distance[distance > 0], -distance[distance < 0], "-")) < near)
}

small_studies <- function(p, d) {
  reason <- character()
  try_this <- function(pattern, code) tryCatch(code, error = function(e) { reason[[pattern]] <<- paste("metafor:", conditionMessage(e)); list() })
  out <- list()
  for (name in strsplit(p$asymmetry, "\t")[[1]]) out <- c(out, try_this(paste0("^", name), {
    t <- asymmetry(name, d)
    setNames(list(t$zval, t$dfs, t$pval, t$est, t$ci.lb, t$ci.ub), paste(name, c("statistic", "df", "p", "limit", "limit_ci_low", "limit_ci_high")))
  }))
  ranks <- ranktest(d$yi, d$vi)
  out <- c(out, list("rank tau" = c(ranks$tau), "rank p" = ranks$pval))
  for (name in c("PET", "PEESE")) {
    x <- if (name == "PET") sqrt(d$vi) else d$vi
    line <- coef(summary(lm(d$yi ~ x, weights = 1 / d$vi)))[1, ]
    out <- c(out, setNames(as.list(line), paste(name, c("estimate", "se", "statistic", "p"))))
  }
  for (type in c("Rosenthal", "Orwin", "Rosenberg", "General")) {
    key <- paste("fail_safe", tolower(type))
    out <- c(out, try_this(paste0("^", key), {
      if (type == "General" && known < "4.4.0") stop("this version does not know it")
      number <- if (type == "Orwin" && known < "4.4.0") fsn(d$yi, d$vi, type = type, weighted = TRUE) else fsn(d$yi, d$vi, type = type)
      setNames(list(if (is.null(number$fsnum)) number$res$fsnum else number$fsnum), key)
    }))
  }
  out <- c(out, try_this("^filled", {
    if (given_DL2(p)) stop("this version does not know DL2, by which the centre is estimated again and again")
    t <- trimfill(uni(p, d), control = exact(d))
    # trimfill fits by the Wald test: its count and side, and the model of the others
    ordered <- d[order(if (t$side == "left") d$yi else -d$yi), ]
    trimmed <- seq_len(nrow(d)) > nrow(d) - t$k0
    centred <- function(kept) c(uni(p, ordered[kept, ], test = "z")$beta)
    if (any(vapply(0:t$k0, function(n) equally_far(d$yi - centred(seq_len(nrow(d) - n))), NA)))
      reason[["^filled"]] <- "metafor: two studies lie equally far from the centre on both sides, or one lies on it, and rounding decides how they are ranked"
    centre <- centred(!trimmed)
    added <- data.frame(yi = 2 * centre - ordered$yi[trimmed], vi = ordered$vi[trimmed])
    added <- added[order(added$yi, added$vi), ]
    f <- uni(p, data.frame(yi = c(d$yi, added$yi), vi = c(d$vi, added$vi)))
    df <- if (f$test == "z") NA else f$k - 1
    model <- c(wald(f), list(k = f$k, df = df, tau2 = f$tau2, tau2_se = if (given_DL2(p)) NA else f$se.tau2, missing = t$k0, missing_se = t$se.k0, right = as.numeric(t$side == "right")), heterogeneity(f))
    c(setNames(model, paste("filled", names(model))), if (t$k0 > 0) setNames(as.list(c(t(added))), paste("filled", rep(seq_len(t$k0), each = 2), c("yi", "vi"))))
  }))
  structure(out, reason = reason)
}

# --- one after the other

pdf(NULL)
sets <- lapply(unique(plan$effects), effects_of)
names(sets) <- unique(plan$effects)
done <- list()
answers <- lapply(seq_len(nrow(plan)), function(i) {
  p <- plan[i, ]
  d <- sets[[p$effects]][as.integer(strsplit(p$rows, ";")[[1]]), ]
  work <- switch(p$work, effects = own_effects, pool = pooled, between = between, sharing = sharing, moderators = moderators, influence = influences, cumulative = cumulative,
    small_study = small_studies)
  found <- tryCatch(suppressWarnings(suppressMessages(work(p, d))), error = function(e) structure(list(), reason = c("." = paste("metafor:", conditionMessage(e)))))
  done[[i]] <<- found
  reason <- attr(found, "reason")
  found <- found[lengths(found) == 1]
  rbind(
    if (length(found)) data.frame(task = i, number = names(found), value = formatC(vapply(found, as.numeric, 0), digits = 17, format = "g"), reason = ""),
    if (length(reason)) data.frame(task = i, number = names(reason), value = "", reason = gsub("[\r\n]+", " ", reason))
  )
})
write.csv(do.call(rbind, answers), file.path(folder, "metafor.csv"), row.names = FALSE)
