# The models of a review as metafor fits them: `fitted(p, d)` is one pooled effect, with `mods` a meta-regression. `p` says how (model, measure, tau2, test, level, add, to,
# mh_add, kind, rho, nested, levels, sharing), `d` has a row for each effect: yi, vi, study, the numbers of its groups, `level <name>`, and the control that
# it shares.
suppressPackageStartupMessages(library(metafor))
# Where iterations stop, in the unit of the effects: metafor's own bounds are for effects of about 1.
exact <- function(d) { v <- median(d$vi); list(threshold = 1e-12 * v, maxiter = 100000, tol = 1e-12 * v, tau2.max = 1e12 * v) }
given <- function(...) { values <- list(...); values[!vapply(values, function(x) length(x) == 0 || is.na(x[1]) || x[1] == "", TRUE)] }
yes <- function(x) x %in% c("true", "True")
known <- packageVersion("metafor")
half <- function(level) 0.5 + as.numeric(level) / 2

arms <- function(measure, d) switch(measure,
  RR = , OR = , RD = , PETO = , AS = , PHI = , YUQ = with(d, list(ai = events1, n1i = n1, ci = events2, n2i = n2)),
  IRR = , IRD = , IRSD = with(d, list(x1i = events1, t1i = person_time1, x2i = events2, t2i = person_time2)),
  MD = , SMD = , SMDH = , SMD1 = , ROM = , VR = , D2ORN = , D2ORL = with(d, list(m1i = mean1, sd1i = sd1, n1i = n1, m2i = mean2, sd2i = sd2, n2i = n2)),
  MC = , SMCC = , ROMC = , VRC = with(d, list(m1i = mean, m2i = mean_baseline, sd1i = sd, sd2i = sd_baseline, ri = r, ni = n)),
  PR = , PLO = , PLN = , PFT = , PAS = with(d, list(xi = events, ni = n)),
  IR = , IRLN = , IRS = with(d, list(xi = events, ti = person_time)),
  COR = , ZCOR = with(d, list(ri = r, ni = n)))

uni <- function(p, d, test = p$test, ...) {
  if (test == "auto") return(automatic(p, d, ...))
  how <- list(test = test, ...)
  if (p$model == "common") how <- c(how[names(how) != "test"], list(method = "EE"), if (how$test == "z") NULL else list(test = how$test)) else how$method <- p$tau2
  if (identical(how$method, "DL2") && known < "5.0.0") {  # the generalised Q with the weights of DL's tau2
    moderated <- how[names(how) == "mods"]
    first <- do.call(rma, c(list(yi = d$yi, vi = d$vi, method = "DL"), moderated))
    how$tau2 <- do.call(rma, c(list(yi = d$yi, vi = d$vi, weights = 1 / (d$vi + first$tau2), method = "GENQ"), moderated))$tau2
    how$method <- "DL"
  }
  from <- function(...) do.call(rma, c(list(yi = d$yi, vi = d$vi, level = as.numeric(p$level) * 100, control = c(exact(d), list(...))), how))
  found <- tryCatch(from(), error = function(e) from(stepadj = 0.5))  # steps that go to and fro are halved
  if (!found$method %in% c("ML", "REML") || found$tau2 > 1e-8 * min(d$vi)) return(found)
  # iteration may stay at 0 where the likelihood is higher elsewhere
  other <- tryCatch(from(tau2.init = max(median(d$vi), var(d$yi))), error = function(e) found)
  if (c(logLik(other)) > c(logLik(found)) + 1e-9) other else found
}

# Knapp and Hartung's test where three or more studies have a tau2 above 0, unless it is narrower than Wald's; with moderators always.
automatic <- function(p, d, ...) {
  adjusted <- function() uni(p, d, ..., test = "knha")
  if (!is.null(list(...)$mods)) return(adjusted())
  normal <- uni(p, d, ..., test = "z")
  if ((if (is.null(d$study)) normal$k else length(unique(d$study))) < 3 || normal$tau2 <= 1e-8 * min(d$vi)) return(normal)
  other <- adjusted()
  if (other$ci.ub - other$ci.lb < normal$ci.ub - normal$ci.lb) normal else other
}

levels_of <- function(p) Filter(nzchar, strsplit(p$levels, "\t")[[1]])

# What effects with the same control have in common (Gleser and Olkin 2009).
of_control <- function(p, d, counts) {
  measure <- p$measure
  empty <- if (is.null(d$events2)) FALSE else d$events1 == 0 | d$events2 == 0 | (if (is.null(d$n2)) FALSE else d$events1 == d$n1 | d$events2 == d$n2)
  # the empty cell that has something added to all of them may be of a study that is not among these
  if (!is.null(d$events2) && p$to == "if0all") empty <- isTRUE(all.equal(c(do.call(escalc, c(counts, list(measure = measure, add = as.numeric(p$add), to = "all")))$vi), d$vi))
  extra <- (if (measure == "AS") 0 else as.numeric(p$add)) * (if (p$to == "all") 1 else empty & p$to != "none")
  e <- d$events2 + extra
  n <- d$n2 + 2 * extra
  own <- switch(measure, MD = d$sd2^2 / d$n2, SMD = 1 / d$n2, ROM = d$sd2^2 / (d$n2 * d$mean2^2), RR = 1 / e - 1 / n, OR = 1 / e + 1 / (n - e),
    RD = e * (n - e) / n^3, AS = 1 / (4 * n), IRR = 1 / e, IRD = e / d$person_time2^2)
  V <- sqrt(outer(own, own))
  if (measure == "SMD") V <- V + outer(d$yi, d$yi) / (2 * (ave(d$n1, d$control, FUN = sum) + d$n2))
  V
}

fitted <- function(p, d, ...) {
  level <- as.numeric(p$level) * 100
  add <- as.numeric(p$add)
  delayedAssign("counts", arms(p$measure, d))  # not every model needs the numbers of the groups, nor has them
  switch(p$model,
    random = , common = uni(p, d, ...),
    mh = do.call(rma.mh, c(counts, list(measure = p$measure, level = level, add = c(add, as.numeric(p$mh_add)), to = c(p$to, "only0")))),
    peto = do.call(rma.peto, c(counts, list(level = level, add = c(add, 0), to = c(p$to, "none")))),
    glmm = {
      # with 16 steps, each half the one before, the last of them are too small for the digits of an exact likelihood
      how <- c(counts, list(measure = p$measure, level = level, control = list(hessianCtrl = list(r = 8))), if (p$measure %in% c("OR", "IRR")) list(model = p$kind))
      mixed <- do.call(rma.glmm, how)
      # at tau2 = 0 the exact conditional likelihood has no second derivative for metafor: the common-effect fit is the same model
      if (p$kind == "CM.EL" && mixed$tau2 < 1e-4) do.call(rma.glmm, c(how, method = "EE")) else mixed
    },
    multilevel = {
      V <- diag(d$vi, nrow = nrow(d))
      same <- outer(d$study, d$study, "==") & !diag(nrow(d))
      V[same] <- (as.numeric(p$rho) * sqrt(outer(d$vi, d$vi)))[same]
      if (yes(p$sharing)) {
        one <- same & outer(d$control, d$control, "==") & outer(d$control != "", d$control != "")
        V[one] <- of_control(p, d, counts)[one]
      }
      d$effect <- seq_len(nrow(d))
      for (own in levels_of(p)) d[[own]] <- d[[paste("level", own)]]
      within <- paste(c(if (yes(p$nested)) "study", levels_of(p), "effect"), collapse = " / ")
      random <- list(as.formula(paste("~ 1 |", within)))
      how <- list(yi = d$yi, V = V, random = random, data = d, method = p$tau2, level = level, ...)
      with_optimiser <- function(...) do.call(rma.mv, c(how, list(...)))
      slowly <- list(optimizer = "optim", optmethod = "Nelder-Mead", reltol = 1e-14, maxit = 10000)
      found <- tryCatch(with_optimiser(), error = function(e) with_optimiser(control = slowly))
      if ("sigma2" %in% names(how) || is.null(p$components)) return(found)
      # where iteration stopped before the maximum, the components at which its own likelihood is higher
      other <- if (p$components != "") with_optimiser(sigma2 = as.numeric(strsplit(p$components, ";")[[1]])) else if (any(found$sigma2 < 1e-3 * median(d$vi)))
        tryCatch(with_optimiser(control = c(slowly, list(sigma2.init = rep(median(d$vi) / 3, length(found$sigma2))))), error = function(e) found) else found
      if (c(logLik(other)) > c(logLik(found))) other else found
    }
  )
}
