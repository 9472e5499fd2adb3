# Recompute pooled results with metafor: reads a JSON-free folder of tables that verify_with_metafor.py wrote.
suppressPackageStartupMessages(library(metafor))
folder <- commandArgs(trailingOnly = TRUE)[1]
plan <- read.csv(file.path(folder, "plan.csv"), colClasses = "character")
exact <- list(threshold = 1e-12, maxiter = 100000, tol = 1e-12, tau2.max = 1e6)
number <- function(x) if (is.null(x) || length(x) == 0) NA_real_ else as.numeric(x[1])
rows <- list()
for (i in seq_len(nrow(plan))) {
  p <- plan[i, ]
  data <- read.csv(file.path(folder, paste0(p$outcome, ".csv")))
  level <- as.numeric(p$level) * 100
  add <- as.numeric(p$add)
  fit <- switch(p$model,
    random = rma(yi, vi, data = data, method = p$tau2, test = p$test, level = level, control = exact),
    common = rma(yi, vi, data = data, method = "EE", level = level),
    mh = if (p$measure %in% c("IRR", "IRD")) {
      rma.mh(measure = p$measure, x1i = events1, t1i = person_time1, x2i = events2, t2i = person_time2, data = data,
             level = level, add = c(add, as.numeric(p$mh_add)), to = c(p$to, "only0"))
    } else {
      rma.mh(measure = p$measure, ai = events1, n1i = n1, ci = events2, n2i = n2, data = data, level = level,
             add = c(add, as.numeric(p$mh_add)), to = c(p$to, "only0"))
    },
    peto = rma.peto(ai = events1, n1i = n1, ci = events2, n2i = n2, data = data, level = level, add = c(add, 0),
                    to = c(p$to, "none")),
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
  tau2 <- if (p$model == "multilevel") sum(fit$sigma2) else if (p$model == "random") fit$tau2 else NA
  rows[[i]] <- data.frame(outcome = p$outcome, estimate = number(fit$beta), se = number(fit$se), ci_low = number(fit$ci.lb),
                          ci_high = number(fit$ci.ub), p = number(fit$pval), tau2 = number(tau2), Q = number(fit$QE))
}
print(as.character(packageVersion("metafor")))
out <- do.call(rbind, rows)
out[] <- lapply(out, function(x) if (is.numeric(x)) formatC(x, digits = 17, format = "g") else x)
write.csv(out, file.path(folder, "metafor.csv"), row.names = FALSE, quote = FALSE)
