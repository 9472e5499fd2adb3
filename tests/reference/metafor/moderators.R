# Subgroups and meta-regressions of one measure.

both_tests <- c("EE_z", "DL_z", "DL_knha", "REML_z", "REML_knha", "PM_z", "PM_knha")
all_tests <- c("EE_z", "DL_z", "DL_knha", "ML_z", "REML_z", "REML_knha", "PM_z", "PM_knha", "SJ_z", "HE_z")

regression_block <- function(x, likelihood) {
  block <- fit_block(x, FALSE, FALSE)
  block <- c(block, list(coef_names = column(rownames(x$beta)), QM = x$QM, QMp = x$QMp, QM_df = c(x$QMdf[1], x$QMdf[2]), R2 = x$R2, vb = unname(x$vb)))
  # metafor 3.8 reports 0 where there is no heterogeneity to explain, later versions nothing
  if (is.null(x$R2) || (x$method != "EE" && x$R2 == 0 && model(c(x$yi), x$vi, x$method)$tau2 == 0)) block$R2 <- NULL
  if (likelihood) block <- c(block, fit_block(x, TRUE, FALSE)[-seq_along(fit_block(x, FALSE, FALSE))])
  block
}

# One regression by formula, as a user writes it.
regression <- function(yi, vi, formula, frame, method, test) {
  spread <- max(1, var(yi))
  for (threshold in c(1e-12, 1e-10, 1e-9, 1e-8)) {
    control <- list(threshold = threshold * spread, maxiter = 10000, tol = 1e-12, tau2.max = 1e6)
    result <- try(rma(yi, vi, mods = formula, data = frame, method = method, test = test, control = control), silent = TRUE)
    if (!inherits(result, "try-error")) return(result)
    if (!grepl("converge", result)) break
  }
  stop(sub("^Error[^:]*: *", "", trimws(result)))
}

subgroups <- function(yi, vi, group) {
  known <- !is.na(group)
  y <- yi[known]
  v <- vi[known]
  g <- as.character(group[known])
  levels <- sort(unique(g))
  block <- list(levels = column(levels), k = column(as.vector(table(factor(g, levels)))))
  frame <- data.frame(g = factor(g, levels))
  for (name in both_tests) {
    part <- strsplit(name, "_")[[1]]
    groups <- lapply(setNames(levels, levels), function(one) attempt({
      x <- model(y[g == one], v[g == one], part[1], if (sum(g == one) == 1) "z" else part[2])
      fit_block(x, part[2] == "z" && part[1] %in% with_likelihood, part[1] != "EE")
    }))
    between <- attempt({
      if (any(vapply(groups, failed, NA))) stop("a group without a result")
      x <- rma(vapply(groups, function(f) f$b, 0), sei = vapply(groups, function(f) f$se, 0), method = "EE")
      list(Q = x$QE, df = x$k - 1, pval = x$QEp, I2_between = x$I2)
    })
    block[[paste0("separate_tau2_", name)]] <- list(groups = groups, Q_between = between)
    block[[paste0("common_tau2_", name)]] <- attempt(list(
      group_means = regression_block(regression(y, v, ~ g - 1, frame, part[1], part[2]), part[2] == "z" && part[1] %in% with_likelihood),
      contrast = regression_block(regression(y, v, ~ g, frame, part[1], part[2]), part[2] == "z" && part[1] %in% with_likelihood)
    ))
  }
  block
}

regressions <- function(yi, vi, formulas, frame) {
  lapply(formulas, function(formula) attempt({
    rows <- which(is.finite(yi) & is.finite(vi) & complete.cases(frame[all.vars(formula)]))
    y <- yi[rows]
    v <- vi[rows]
    part <- droplevels(as.data.frame(lapply(frame[rows, , drop = FALSE], function(one) if (is.character(one)) factor(one) else one)))
    design <- model.matrix(formula, part)
    if (ncol(design) >= length(y)) stop("as many coefficients as studies")
    block <- list(rows = column(rows), design = unname(design), coef_names = column(colnames(design)))
    block <- c(block, named_fits(all_tests, function(method, test) {
      regression_block(regression(y, v, formula, part, method, test), test == "z" && method %in% with_likelihood)
    }))
    x <- attempt(regression(y, v, formula, part, "REML", "z"))
    if (failed(x)) return(block)
    c(block, list(
      influence_REML = attempt({ of <- influence(x)$inf; list(hat = c(of$hat), rstudent = c(of$rstudent), cook_d = c(of$cook.d)) }),
      confint_REML = attempt(interval_block(x)),
      fitted_REML = attempt(unname(c(fitted(x)))),
      predict_REML = attempt({ p <- predict(x); list(pred = p$pred, se = p$se, ci_lb = p$ci.lb, ci_ub = p$ci.ub, pi_lb = p$pi.lb, pi_ub = p$pi.ub) })
    ))
  }))
}

# Tests for small-study effects of one measure as their authors write them, by `lm`. The coefficients are those of the library: the
# value where studies are infinitely large, then the slope that is tested.
asymmetries <- list(
  OR = list(
    # Harbord, Egger & Sterne (2006, Stat Med 25:3443): Z / sqrt(V) on sqrt(V); the intercept is tested
    Harbord = function(raw, yi) with(raw, {
      n <- n1i + n2i
      e <- ai + ci
      V <- e * (n - e) * n1i * n2i / (n^2 * (n - 1))
      V <- ifelse(V > 0, V, NA)
      list(fit = lm((ai - e * n1i / n) / sqrt(V) ~ sqrt(V)), of = c(2, 1))
    }),
    # Peters et al. (2006, JAMA 295:676)
    Peters = function(raw, yi) with(raw, {
      n <- n1i + n2i
      e <- ai + ci
      w <- e * (n - e) / n
      list(fit = lm(yi ~ I(1 / n), weights = ifelse(w > 0, w, NA)), of = 1:2)
    })
  ),
  # Pustejovsky & Rodgers (2019, Res Synth Methods 10:57)
  SMD = list("Pustejovsky-Rodgers" = function(raw, yi) with(raw, {
    W <- 1 / n1i + 1 / n2i
    list(fit = lm(yi ~ sqrt(W), weights = 1 / W), of = 1:2)
  }))
)

asymmetry <- function(measure, raw, yi) {
  lapply(asymmetries[[measure]], function(test) attempt({
    found <- test(raw, c(yi))
    whole <- summary(found$fit)
    if (whole$df[2] < 1 || whole$df[1] < 2) stop("too few studies, or all of a size")
    rows <- coef(whole)[found$of, ]
    list(stat = rows[2, 3], pval = rows[2, 4], df = whole$df[2], coef = unname(rows[, 1]), se = unname(rows[, 2]))
  }))
}
