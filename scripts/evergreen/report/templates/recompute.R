# Recompute every pooled result of this review: Rscript recompute.R, in this folder or with its path behind.
#
# pooled.csv says what was pooled (of which data, which rows, how) and what came of it; metafor-<outcome>.csv holds the effects and the
# numbers of the groups. Each result is fitted anew with the R package metafor, and by inverse variance also with meta where that is
# installed. A number may differ by 1e-6 of itself and of the standard error; multilevel models are iterated to 1e-4, mixed models of
# counts to 1e-3. The last line says how many agree; the status is 1 where one does not.

# --- models

@@MODELS@@
# --- data

folder <- c(commandArgs(trailingOnly = TRUE), ".")[1]
read <- function(name) read.csv(file.path(folder, name), colClasses = "character", check.names = FALSE, na.strings = character())
ours <- c(ai = "events1", ci = "events2", n1i = "n1", n2i = "n2", m1i = "mean1", m2i = "mean2", sd1i = "sd1", sd2i = "sd2", t1i = "person_time1",
  t2i = "person_time2", xi = "events", ni = "n", ti = "person_time", mi = "mean", sdi = "sd", m0i = "mean_baseline", sd0i = "sd_baseline", ri = "r")
data_of <- function(name) {
  text <- read(name)
  words <- names(text) %in% c("slab", "round", "study", "control") | startsWith(names(text), "level ")
  d <- data.frame(lapply(text[!words], as.numeric), check.names = FALSE)
  names(d) <- ifelse(names(d) %in% names(ours), ours[names(d)], names(d))
  d$study <- match(text$study, unique(text$study))
  for (name in setdiff(names(text)[words], c("slab", "round", "study"))) d[[name]] <- text[[name]]
  d
}

# --- the results, one after the other

by_meta <- function(p, d) {
  if (!requireNamespace("meta", quietly = TRUE)) return(NULL)
  random <- p$model == "random" && p$tau2 %in% c("DL", "PM", "REML", "ML", "HS", "SJ", "HE", "EB")
  if (!random && p$model != "common") return(NULL)
  fit <- meta::metagen(TE = d$yi, seTE = sqrt(d$vi), method.tau = if (random) p$tau2 else "DL", control = exact(d))
  if (random) return(list(estimate = fit$TE.random, tau2 = fit$tau2))
  list(estimate = if (is.null(fit$TE.common)) fit$TE.fixed else fit$TE.common)
}

by_metafor <- function(p, d) {
  fit <- fitted(p, d)
  tau2 <- if (p$model == "multilevel") sum(fit$sigma2) else if (p$model %in% c("random", "glmm")) fit$tau2
  list(estimate = c(fit$beta), se = fit$se, ci_low = fit$ci.lb, ci_high = fit$ci.ub, tau2 = tau2)
}

pooled <- read("pooled.csv")
different <- 0
compared <- 0
for (i in seq_len(nrow(pooled))) {
  p <- pooled[i, ]
  d <- data_of(p$data)[as.integer(strsplit(p$rows, ";")[[1]]), ]
  near <- c(multilevel = 1e-4, glmm = 1e-3)[p$model]
  near <- if (is.na(near)) 1e-6 else near
  se <- as.numeric(p$evergreen_se)
  for (program in c("metafor", "meta")) {
    theirs <- tryCatch((if (program == "meta") by_meta else by_metafor)(p, d), error = function(e) {
      cat(sprintf("%s, %s: not fitted by %s: %s\n", p$outcome, p$analysis, program, conditionMessage(e)))
      NULL
    })
    for (key in names(theirs)) {
      own <- as.numeric(p[[paste0("evergreen_", key)]])
      its <- theirs[[key]]
      if (length(its) != 1 || is.na(own)) next
      compared <- compared + 1
      allowed <- near * (abs(own) + if (key == "tau2") 10 * min(se, se^2) else se) + 1e-9
      if (is.na(its) || abs(own - its) > allowed) {
        different <- different + 1
        cat(sprintf("%s, %s: %s is %.8g here and %.8g in %s\n", p$outcome, p$analysis, key, own, its, program))
      }
    }
  }
}
cat(sprintf("%d of %d numbers of %d pooled results agree\n", compared - different, compared, nrow(pooled)))
quit(status = if (different) 1 else 0)
