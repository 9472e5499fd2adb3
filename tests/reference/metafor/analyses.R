# Every block of the analyses of one measure, from its effects `yi` and their variances `vi`.
# `level` says how much is written: "full", "middle" (fits, weights, intervals) or "short" (four fits).

fits_of <- list(
  full = c("EE", "DL", "DL2", "HE", "HS", "HSk", "SJ", "ML", "REML", "EB", "PM", "PMM", "SJIT"),
  middle = c("EE", "DL", "REML", "PM")
)
with_likelihood <- c("EE", "DL", "ML", "REML")

# A fit run to the end: at the tightest threshold at which metafor's iteration stops.
model <- function(yi, vi, method = "REML", test = "z", X = NULL, ...) {
  if (method == "DL2") return(two_steps(yi, vi, test, ...))
  spread <- if (length(yi) > 1) max(1, var(yi)) else 1
  for (threshold in c(1e-12, 1e-10, 1e-9, 1e-8)) {
    control <- list(threshold = threshold * spread, maxiter = 10000, tol = 1e-12, tau2.max = 1e6)
    result <- try(if (is.null(X)) rma(yi, vi, method = method, test = test, control = control, ...)
                  else rma(yi, vi, mods = X, intercept = FALSE, method = method, test = test, control = control, ...), silent = TRUE)
    if (!inherits(result, "try-error")) return(result)
    if (!grepl("converge", result)) break
  }
  stop(sub("^Error[^:]*: *", "", trimws(result)))
}

# DerSimonian & Kacker's two-step estimator: the generalised Q with the weights of DL.
two_steps <- function(yi, vi, test, ...) {
  found <- rma(yi, vi, method = "GENQ", weights = 1 / (vi + rma(yi, vi, method = "DL")$tau2))
  result <- rma(yi, vi, tau2 = found$tau2, test = test, ...)
  result[c("se.tau2", "parms")] <- found[c("se.tau2", "parms")]
  result
}

fit_block <- function(x, likelihood = FALSE, prediction = TRUE) {
  block <- list(b = c(x$beta), se = x$se, stat = x$zval)
  if (x$test != "z") block$df <- x$ddf[1]
  block <- c(block, list(pval = x$pval, ci_lb = x$ci.lb, ci_ub = x$ci.ub, tau2 = x$tau2, se_tau2 = NA, I2 = x$I2, H2 = x$H2,
                         QE = x$QE, QEp = x$QEp, QE_df = x$k - x$p, s2w = x$s2w))
  if (!is.null(x$se.tau2)) block$se_tau2 <- x$se.tau2
  if (likelihood) {
    for (of in c("ML", "REML")) block[[paste0("logLik_", of)]] <- x$fit.stats["ll", of]
    for (of in c("ML", "REML")) for (what in c("AIC", "BIC", "AICc")) block[[paste0(what, "_", of)]] <- x$fit.stats[what, of]
  }
  if (prediction && !is.element(x$method, c("EE", "FE"))) block$prediction_interval <- prediction_intervals(x)
  block
}

prediction_intervals <- function(x) {
  kinds <- c(default = "default", simple = "simple", riley = "riley", t = "t")
  lapply(kinds, function(kind) attempt({
    p <- predict(x, pi.type = kind)
    c(list(lb = p$pi.lb, ub = p$pi.ub), if (!is.null(p$pi.ddf)) list(df = p$pi.ddf[1]))
  }))
}

all_fits <- function(yi, vi, level) {
  k <- length(yi)
  if (k == 1) {
    both <- c(EE = "EE", REML = "REML")
    return(lapply(both, function(m) list(z = attempt(fit_block(model(yi, vi, m), TRUE, m != "EE")))))
  }
  if (level == "short") {
    tests <- list(EE = "z", DL = "z", REML = c("z", "knha"))
  } else {
    methods <- fits_of[[level]]
    tests <- setNames(lapply(methods, function(m) if (m == "EE") c("z", "t") else c("z", "knha", "adhoc")), methods)
  }
  lapply(setNames(names(tests), names(tests)), function(m) {
    lapply(setNames(tests[[m]], tests[[m]]), function(test) {
      attempt(fit_block(model(yi, vi, m, test), test == "z" && m %in% with_likelihood))
    })
  })
}

interval_block <- function(x, ...) {
  found <- confint(x, digits = 15, control = list(tol = 1e-12, maxiter = 10000, tau2.max = 1e6), ...)
  rows <- list(tau2 = "tau^2", tau = "tau", I2 = "I^2(%)", H2 = "H^2")
  block <- lapply(rows, function(row) unname(found$random[row, ]))
  c(block, list(lb_sign = found$lb.sign, ub_sign = found$ub.sign))
}

intervals <- function(yi, vi) {
  list(
    Q_profile_REML = attempt(interval_block(model(yi, vi, "REML"))),
    Q_profile_DL = attempt(interval_block(model(yi, vi, "DL"))),
    PL_REML = attempt(interval_block(model(yi, vi, "REML"), type = "PL")),
    PL_ML = attempt(interval_block(model(yi, vi, "ML"), type = "PL")),
    GENQ_1_over_v = attempt({
      x <- rma(yi, vi, weights = 1 / vi, method = "GENQ", control = list(tau2.max = 1e6, tol = 1e-12, maxiter = 10000))
      interval_block(x)[c("tau2", "I2")]
    })
  )
}

regression_test <- function(x, model, predictor) {
  r <- regtest(x, model = model, predictor = predictor)
  block <- list(model = model, predictor = predictor, stat = r$zval, pval = r$pval)
  if (model == "lm") block$df <- r$dfs
  if (!is.null(r$est)) block <- c(block, list(limit_est = c(r$est), limit_ci_lb = c(r$ci.lb), limit_ci_ub = c(r$ci.ub)))
  fitted <- r$fit
  coefficients <- if (model == "lm") coef(summary(fitted)) else cbind(fitted$beta, fitted$se)
  c(block, list(coef = unname(coefficients[, 1]), se = unname(coefficients[, 2])))
}

# The studies that trim and fill adds, at the fit's own threshold; the fit of all is then made at metafor's default.
filled_block <- function(x, estimator, side = NULL) {
  filled <- trimfill(x, side = side, estimator = estimator, control = x$control)
  new <- filled$fill
  whole <- if (any(new)) rma(c(filled$yi), filled$vi, method = x$method) else x
  c(list(k0 = filled$k0, se_k0 = filled$se.k0, side = filled$side, p_k0 = if (estimator == "R0") filled$p.k0 else NA,
         filled_yi = column(c(filled$yi)[new]), filled_vi = column(filled$vi[new])), fit_block(whole, TRUE, FALSE))
}

bias <- function(yi, vi, ni) {
  if (length(yi) < 3) return(list(error = "k<3"))
  x <- attempt(model(yi, vi, "REML"))
  if (failed(x)) return(x)
  predictors <- c("sei", "vi", if (!is.null(ni)) c("ni", "ninv", "sqrtni", "sqrtninv"))
  if (!is.null(ni)) x$ni <- ni
  blocks <- list()
  for (kind in c("rma", "lm")) for (predictor in predictors)
    blocks[[paste("regtest", kind, predictor, sep = "_")]] <- attempt(regression_test(x, kind, predictor))
  blocks$ranktest <- attempt({ r <- ranktest(x); list(tau = unname(r$tau), pval = r$pval) })
  blocks$ranktest_asymptotic <- attempt({ r <- ranktest(x, exact = FALSE); list(tau = unname(r$tau), pval = r$pval) })
  for (estimator in c("L0", "R0", "Q0")) for (side in if (estimator == "Q0") "auto" else c("left", "right", "auto"))
    blocks[[paste("trimfill", estimator, side, sep = "_")]] <- attempt(filled_block(x, estimator, if (side != "auto") side))
  blocks
}

series <- function(found, test, keep) {
  block <- list(estimate = found$estimate, se = found$se)
  if (test == "z") block$zval <- found$zval
  block <- c(block, list(pval = found$pval, ci_lb = found$ci.lb, ci_ub = found$ci.ub, Q = found$Q, Qp = found$Qp))
  if (keep) block$tau2 <- found$tau2
  c(block, list(I2 = found$I2, H2 = found$H2))
}

named_fits <- function(names, of) {
  lapply(setNames(names, names), function(name) attempt({
    part <- strsplit(name, "_")[[1]]
    of(part[1], part[2])
  }))
}

influences <- function(x) {
  i <- influence(x)
  of <- as.list(i$inf)
  blocks <- list(rstudent = of$rstudent, dffits = of$dffits, cook_d = of$cook.d, cov_r = of$cov.r, tau2_del = of$tau2.del,
                 QE_del = of$QE.del, hat = of$hat, weight = of$weight, dfbs = unname(i$dfbs[[1]]), is_infl = unname(i$is.infl))
  c(lapply(blocks, as.vector), list(
    rstandard = attempt({ r <- rstandard(x); list(resid = r$resid, se = r$se, z = r$z) }),
    blup = attempt({ u <- blup(x); list(pred = u$pred, se = u$se, pi_lb = u$pi.lb, pi_ub = u$pi.ub) })
  ))
}

fail_safe <- function(yi, vi) {
  target <- 0.1 * sign(mean(yi))
  list(Rosenthal = attempt(list(fsnum = fsn(yi, vi, type = "Rosenthal")$fsnum)),
       Orwin = if (target == 0) list(error = "no direction") else attempt(list(fsnum = fsn(yi, vi, type = "Orwin", target = target, weighted = TRUE)$fsnum, target = target)),
       Rosenberg = attempt(list(fsnum = fsn(yi, vi, type = "Rosenberg")$fsnum)))
}

# All blocks of one measure. `order`, `group` and `formulas` (with their data frame `moderators`) are of all rows.
analysis <- function(yi, vi, level = "full", ni = NULL, order = NULL, group = NULL, formulas = NULL, moderators = NULL) {
  use <- is.finite(yi) & is.finite(vi)
  block <- list(escalc = list(yi = column(c(yi)), vi = column(c(vi))), use = column(use), k = sum(use))
  if (!is.null(ni)) block$ni <- column(ni)
  y <- c(yi)[use]
  v <- c(vi)[use]
  n <- if (is.null(ni)) NULL else ni[use]
  if (!length(y)) return(block)
  block$fits <- all_fits(y, v, level)
  if (level == "short" || length(y) == 1) return(block)
  block$weights_pct <- Filter(Negate(failed), lapply(c(EE = "EE", DL = "DL", REML = "REML"), function(m) attempt(unname(weights(model(y, v, m))))))
  block$confint <- intervals(y, v)
  block$unweighted_REML <- attempt(fit_block(model(y, v, weighted = FALSE), TRUE, FALSE))
  block$REML_knha_level90 <- attempt(fit_block(model(y, v, test = "knha", level = 90)))
  block$REML_metafor_default_tolerance <- attempt({ x <- rma(y, v); list(tau2 = x$tau2, b = c(x$beta), se = x$se) })
  if (level == "middle") return(block)
  block$bias_REML <- bias(y, v, n)
  if (length(y) < 3) return(block)
  block$bias_EE <- attempt({
    x <- model(y, v, "EE")
    list(trimfill_L0_auto = attempt(filled_block(x, "L0")), trimfill_R0_auto = attempt(filled_block(x, "R0")))
  })
  block$fsn <- fail_safe(y, v)
  block$leave1out <- named_fits(c("EE_z", "REML_z", "REML_knha", "DL_z"), function(m, test) {
    series(leave1out(model(y, v, m, test)), test, m != "EE")
  })
  key <- if (is.null(order)) seq_along(yi) else order
  block$cumul <- c(if (!is.null(order)) list(order_key = column(order)), named_fits(c("EE_z", "REML_z", "DL_z"), function(m, test) {
    if (anyNA(key[use])) stop("missing order key")
    turn <- base::order(key[use])
    series(cumul(model(y[turn], v[turn], m, test)), test, m != "EE")
  }))
  both <- c(EE = "EE", REML = "REML")
  block$influence <- lapply(both, function(m) attempt(influences(model(y, v, m))))
  block$baujat <- lapply(both, function(m) attempt({
    pdf(NULL)
    on.exit(dev.off())
    drawn <- baujat(model(y, v, m))
    list(x = drawn$x, y = drawn$y)
  }))
  block$pet_peese_lm <- attempt(list(PET = unname(coef(summary(lm(y ~ sqrt(v), weights = 1 / v)))[1, ]),
                                     PEESE = unname(coef(summary(lm(y ~ v, weights = 1 / v)))[1, ])))
  if (length(unique(na.omit(group[use]))) > 1) {
    block$subgroup_variable <- column(group)
    block$subgroup <- subgroups(y, v, group[use])
  }
  if (length(formulas)) block$meta_regression <- regressions(c(yi), c(vi), formulas, moderators)
  block
}
