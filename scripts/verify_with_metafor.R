# Recompute pooled results with metafor from the tables that verify_with_metafor.py wrote: plan.csv and one table per row of it.
suppressPackageStartupMessages(library(metafor))
folder <- commandArgs(trailingOnly = TRUE)[1]
plan <- read.csv(file.path(folder, "plan.csv"), colClasses = "character")
exact <- list(threshold = 1e-12, maxiter = 100000, tol = 1e-12, tau2.max = 1e6)
number <- function(x) if (is.null(x) || length(x) == 0) NA_real_ else as.numeric(x[1])

fitted <- function(p, data) {
  level <- as.numeric(p$level) * 100
  add <- as.numeric(p$add)
  rates <- p$measure %in% c("IRR", "IRD")
  counts <- if (rates) with(data, list(x1i = events1, t1i = person_time1, x2i = events2, t2i = person_time2)) else
    with(data, list(ai = events1, n1i = n1, ci = events2, n2i = n2))
  if (p$measure == "PLO") counts <- list(xi = data$events, ni = data$n)
  if (p$measure == "IRLN") counts <- list(xi = data$events, ti = data$person_time)
  switch(p$model,
    random = rma(yi, vi, data = data, method = p$tau2, test = p$test, level = level, control = exact),
    common = rma(yi, vi, data = data, method = "EE", level = level),
    mh = do.call(rma.mh, c(counts, list(measure = p$measure, level = level, add = c(add, as.numeric(p$mh_add)), to = c(p$to, "only0")))),
    peto = do.call(rma.peto, c(counts, list(level = level, add = c(add, 0), to = c(p$to, "none")))),
    glmm = {
      how <- c(counts, list(measure = p$measure, level = level), if (p$measure %in% c("OR", "IRR")) list(model = p$kind))
      mixed <- do.call(rma.glmm, how)
      # at tau2 = 0 the exact conditional likelihood has no second derivative for metafor: the common-effect fit is the same model
      if (p$kind == "CM.EL" && mixed$tau2 < 1e-4) do.call(rma.glmm, c(how, method = "EE")) else mixed
    },
    multilevel = {
      V <- diag(data$vi, nrow = nrow(data))
      rho <- as.numeric(p$rho)
      same <- outer(data$study, data$study, "==") & !diag(nrow(data))
      V[same] <- (rho * sqrt(outer(data$vi, data$vi)))[same]
      data$effect <- seq_len(nrow(data))
      random <- if (p$nested == "true") list(~ 1 | study / effect) else list(~ 1 | effect)
      rma.mv(yi, V, random = random, data = data, method = p$tau2, level = level)
    }
  )
}

rows <- lapply(seq_len(nrow(plan)), function(i) {
  p <- plan[i, ]
  fit <- tryCatch(suppressWarnings(fitted(p, read.csv(file.path(folder, paste0(i, ".csv"))))), error = conditionMessage)
  if (is.character(fit)) return(data.frame(estimate = NA, se = NA, ci_low = NA, ci_high = NA, p = NA, tau2 = NA, Q = NA,
                                           reason = gsub("[\r\n,\"]+", " ", fit)))
  tau2 <- if (p$model == "multilevel") sum(fit$sigma2) else if (p$model %in% c("random", "glmm")) fit$tau2 else NA
  Q <- if (p$model == "glmm") fit$QE.LRT else fit$QE
  data.frame(estimate = number(fit$beta), se = number(fit$se), ci_low = number(fit$ci.lb), ci_high = number(fit$ci.ub),
             p = number(fit$pval), tau2 = number(tau2), Q = number(Q), reason = "")
})
out <- do.call(rbind, rows)
out[] <- lapply(out, function(x) if (is.numeric(x)) formatC(x, digits = 17, format = "g") else x)
write.csv(out, file.path(folder, "metafor.csv"), row.names = FALSE, quote = FALSE)
