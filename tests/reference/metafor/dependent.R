# Multilevel and multivariate models (`rma.mv`) for data sets of metadat and for made-up ones.
#
#   Rscript dependent.R FOLDER [id ...]

# R writes a blank of its own path as ~+~.
here <- dirname(sub("^--file=", "", gsub("~+~", " ", grep("^--file=", commandArgs(), value = TRUE), fixed = TRUE)))
source(file.path(here, "common.R"))
RHO <- 0.6

# --- the blocks of a file

# Numbers of a fit by `rma.mv`. The prediction interval is that of a mean; shares of the variance are those of sigma2.
model_block <- function(x, design = NULL) {
  criteria <- x$fit.stats
  block <- list(
    b = column(x$beta), coef_names = column(rownames(x$beta)), se = column(x$se), zval = column(x$zval),
    df = if (x$test == "t") column(rep_len(x$ddf, x$p)), pval = column(x$pval), ci_lb = column(x$ci.lb), ci_ub = column(x$ci.ub),
    sigma2 = column(x$sigma2), tau2 = column(x$tau2), rho = column(x$rho), QE = x$QE, QEp = x$QEp, QE_df = x$k - x$p,
    QM = x$QM, QMp = x$QMp, QM_df = x$QMdf, logLik_ML = criteria["ll", "ML"], logLik_REML = criteria["ll", "REML"],
    AIC_REML = criteria["AIC", "REML"], AIC_ML = criteria["AIC", "ML"], AICc_REML = criteria["AICc", "REML"], vb = rows_of(x$vb))
  if (x$int.only) {
    predicted <- predict(x)
    w <- 1 / x$vi
    typical <- (x$k - 1) / (sum(w) - sum(w^2) / sum(w))
    block <- c(block, list(pi_lb = predicted$pi.lb, pi_ub = predicted$pi.ub,
                           I2_levels_pct = column(100 * x$sigma2 / (sum(x$sigma2) + typical))))
  }
  if (!is.null(design)) block <- c(list(design = rows_of(design)), block)
  Filter(Negate(is.null), block)
}

rows_of <- function(matrix) lapply(seq_len(nrow(matrix)), function(row) column(matrix[row, ]))

robust_block <- function(x, cluster, kind) {
  corrected <- robust(x, cluster = cluster, clubSandwich = kind == "CR2")
  df <- if (is.null(corrected$dfs)) corrected$ddf else corrected$dfs
  list(b = column(corrected$beta), se = column(corrected$se), tval = column(corrected$zval), df = column(rep_len(df, x$p)),
       pval = column(corrected$pval), ci_lb = column(corrected$ci.lb), ci_ub = column(corrected$ci.ub), vb = rows_of(corrected$vb))
}

comparison_block <- function(full, reduced) {
  test <- anova(full, reduced)
  list(LRT = test$LRT, p = test$pval)
}

multilevel <- function(id, cluster, yi, vi, moderators = list(), es = seq_along(yi), title = id, made = FALSE) {
  data <- data.frame(yi, vi, cluster, es)
  levels <- ~ 1 | cluster/es
  fitted <- function(random = levels, ...) rma.mv(yi, vi, random = random, data = data, ...)
  three <- attempt(fitted())
  plain <- attempt(rma(yi, vi, data = data, control = list(threshold = 1e-12 * max(1, var(yi)), maxiter = 10000)))
  blocks <- list(
    three_level_REML_z = attempt(model_block(three)),
    three_level_REML_t = attempt(model_block(fitted(test = "t", dfs = "residual"))),
    three_level_ML_z = attempt(model_block(fitted(method = "ML"))),
    three_level_ML_t = attempt(model_block(fitted(method = "ML", test = "t", dfs = "residual"))),
    three_level_REML_t_dfs_contain = attempt(model_block(fitted(test = "t", dfs = "contain"))),
    two_level_REML_z = attempt(model_block(fitted(~ 1 | es))),
    cluster_only_REML_z = attempt(model_block(fitted(~ 1 | cluster))),
    lrt_within_sigma2_zero = attempt(comparison_block(three, fitted(sigma2 = c(NA, 0)))),
    lrt_between_sigma2_zero = attempt(comparison_block(three, fitted(sigma2 = c(0, NA)))),
    robust_CR1_metafor = attempt(robust_block(three, cluster, "CR1")),
    robust_CR2_clubSandwich = attempt(robust_block(three, cluster, "CR2")),
    confint_profile_sigma2 = attempt(profile_block(three)))
  V <- vcalc(vi, cluster = cluster, obs = seq_along(yi), rho = RHO, data = data)
  correlated <- attempt(rma.mv(yi, V, random = levels, data = data))
  blocks$CHE_rho0.6_REML <- attempt(model_block(correlated))
  blocks$CHE_rho0.6_robust_CR2 <- attempt(robust_block(correlated, cluster, "CR2"))
  blocks$aggregate_rho0.6 <- attempt({
    whole <- aggregate(escalc(yi = yi, vi = vi, data = data), cluster = cluster, V = V)
    list(cluster = column(as.character(whole$cluster)), yi = column(whole$yi), vi = column(whole$vi))
  })
  for (name in names(moderators)) {
    data$moderator <- moderators[[name]]
    known <- !is.na(data$moderator)
    x <- attempt(fitted(mods = ~ moderator))
    blocks[[paste0("mods_", name, "_REML_z")]] <- attempt(model_block(x, x$X))
    blocks[[paste0("mods_", name, "_robust_CR2")]] <- attempt(robust_block(x, cluster[known], "CR2"))
  }
  blocks$rma_uni_robust_CR1 <- attempt(robust_block(plain, cluster, "CR1"))
  blocks$rma_uni_robust_CR2 <- attempt(robust_block(plain, cluster, "CR2"))
  document(id, "multilevel", c(list(cluster = cluster, es = es, yi = yi, vi = vi), moderators), title, made, analyses_mv = blocks)
}

# Limits of the variance within clusters.
profile_block <- function(x) {
  table <- confint(x, sigma2 = 2)$random
  structure(list(column(table[1, c("estimate", "ci.lb", "ci.ub")])), names = "")
}

# An unstructured covariance matrix of several outcomes; V holds the sampling covariances.
multivariate <- function(id, trial, outcome, yi, V, title = id, made = FALSE) {
  data <- data.frame(trial, outcome = factor(outcome), yi)
  blocks <- list(V = rows_of(unname(as.matrix(V))))
  for (method in c("REML", "ML")) {
    blocks[[paste0("bivariate_UN_", method)]] <- attempt({
      x <- rma.mv(yi, V, mods = ~ outcome - 1, random = ~ outcome | trial, struct = "UN", data = data, method = method)
      model_block(x)
    })
  }
  document(id, "multivariate", list(trial = trial, outcome = as.character(outcome), yi = yi, vi = diag(as.matrix(V))), title, made,
           analyses_mv = blocks)
}

# --- published data

correlations <- function(id, data, cluster, r, n, moderators = list(), ...) {
  known <- !is.na(data[[r]]) & !is.na(data[[n]]) & data[[n]] > 4 & abs(data[[r]]) < 1 & !is.na(data[[cluster]])
  data <- data[known, ]
  effects <- escalc(measure = "ZCOR", ri = data[[r]], ni = data[[n]])
  multilevel(id, data[[cluster]], as.numeric(effects$yi), as.numeric(effects$vi), lapply(moderators, function(name) as.numeric(data[[name]])), ...)
}

reported <- function(id, cluster, yi, vi, moderators = list(), es = NULL, rows = function(data) TRUE) {
  force(id)
  function() {
    data <- published(id)
    data <- data[rows(data), ]
    data <- data[!is.na(data[[yi]]) & !is.na(data[[vi]]) & !is.na(data[[cluster]]), ]
    multilevel(id, data[[cluster]], as.numeric(data[[yi]]), as.numeric(data[[vi]]), lapply(moderators, function(name) data[[name]]),
               es = if (is.null(es)) seq_len(nrow(data)) else data[[es]])
  }
}

computed <- function(id, cluster, measure, columns, moderators = list(), rows = function(data) TRUE) {
  force(id)
  function() {
    data <- published(id)
    data <- data[rows(data), ]
    effects <- do.call(escalc, c(list(measure = measure), lapply(columns, function(name) data[[name]])))
    known <- is.finite(effects$yi) & is.finite(effects$vi)
    multilevel(id, data[[cluster]][known], as.numeric(effects$yi[known]), as.numeric(effects$vi[known]),
               lapply(moderators, function(name) data[[name]][known]))
  }
}

# Columns y1i, v1i, y2i, ... of one row per study as one row per outcome; sampling errors have correlation r.
several <- function(id, trial, y, v, names, r, title = id, made = FALSE) {
  count <- ncol(y)
  long <- data.frame(trial = rep(trial, each = count), outcome = rep(names, length(trial)), yi = c(t(y)), vi = c(t(v)))
  long <- long[!is.na(long$yi) & !is.na(long$vi), ]
  V <- vcalc(vi, cluster = trial, obs = outcome, rho = r, data = long)
  with(long, multivariate(id, trial, outcome, yi, V, title, made))
}

sets <- list(
  dat.assink2016 = reported("dat.assink2016", "study", "yi", "vi", list(year = "year"), es = "esid"),
  dat.tannersmith2016 = reported("dat.tannersmith2016", "studyid", "yi", "vi", list(aget1 = "aget1")),
  dat.lehmann2018 = reported("dat.lehmann2018", "Short_Title", "yi", "vi", list(year = "Year")),
  # the first studies of large sets, of which R takes long
  dat.bakdash2021_first = function() {
    data <- published("dat.bakdash2021")
    data <- data[data$SampleID %in% unique(data$SampleID)[1:25], ]
    multilevel("dat.bakdash2021_first", data$SampleID, as.numeric(data$es.z), as.numeric(data$vi.z), list(year = data$Year))
  },
  dat.kalaian1996 = reported("dat.kalaian1996", "study", "yi", "vi", list(hrs = "hrs")),
  dat.bangertdrowns2004 = reported("dat.bangertdrowns2004", "grade", "yi", "vi", list(length = "length")),
  dat.begg1989 = reported("dat.begg1989", "trt", "yi", "vi"),
  dat.mccurdy2020_first = function() {
    data <- published("dat.mccurdy2020")
    data <- data[data$article %in% unique(data$article)[1:12], ]
    multilevel("dat.mccurdy2020_first", data$article, as.numeric(data$yi), as.numeric(data$vi), list(stimuli = data$stimuli))
  },
  dat.bornmann2007 = computed("dat.bornmann2007", "study", "OR", c(ai = "waward", n1i = "wtotal", ci = "maward", n2i = "mtotal"),
                              list(year = "year")),
  dat.obrien2003 = computed("dat.obrien2003", "study", "PLO", c(xi = "cases", ni = "total"), list(bmi = "bmi")),
  dat.bourassa1996 = computed("dat.bourassa1996", "study", "OR", c(ai = "lh.le", bi = "lh.re", ci = "rh.le", di = "rh.re"),
                              list(mage = "mage")),
  dat.curtis1998 = computed("dat.curtis1998", "paper", "ROM",
                            c(m1i = "m2i", sd1i = "sd2i", n1i = "n2i", m2i = "m1i", sd2i = "sd1i", n2i = "n1i"), list(time = "time")),
  dat.crede2010 = function() correlations("dat.crede2010", published("dat.crede2010"), "studyid", "ri", "ni", list(year = "year")),
  dat.nakagawa2007 = function() correlations("dat.nakagawa2007", published("dat.nakagawa2007"), "Place", "Correlation", "SampleSize"),
  dat.white2020 = function() correlations("dat.white2020", published("dat.white2020"), "study_id", "r", "n", list(control = "control")),
  dat.cohen1981 = function() correlations("dat.cohen1981", published("dat.cohen1981"), "sample", "ri", "ni"),
  dat.craft2003 = function() correlations("dat.craft2003", published("dat.craft2003"), "study", "ri", "ni"),
  dat.lim2014 = function() correlations("dat.lim2014", metadat::dat.lim2014$m_o_size, "article", "ri", "ni", list(year = "year")),
  dat.moura2021_first = function() {
    data <- metadat::dat.moura2021$dat
    data <- data[data$study.id %in% unique(data$study.id)[1:60], ]
    correlations("dat.moura2021_first", data, "study.id", "ri", "ni", list(year = "publication.year"))
  },
  dat.ishak2007_1_2 = function() with(published("dat.ishak2007"), several("dat.ishak2007_1_2", study, cbind(y1i, y2i), cbind(v1i, v2i), c("a3", "b6"), 0.8)),
  dat.ishak2007_1_2_3 = function() with(published("dat.ishak2007"), several("dat.ishak2007_1_2_3", study, cbind(y1i, y2i, y3i), cbind(v1i, v2i, v3i), c("a3", "b6", "c12"), 0.8)),
  dat.kalaian1996_outcomes = function() {
    data <- published("dat.kalaian1996")
    V <- vcalc(vi, cluster = study, obs = outcome, rho = 0.66, data = data)
    with(data, multivariate("dat.kalaian1996_outcomes", study, outcome, yi, V))
  },
  dat.riley2003 = function() {
    data <- published("dat.riley2003")
    V <- vcalc(vi, cluster = study, obs = outcome, rho = 0.7, data = data)
    with(data, multivariate("dat.riley2003", study, outcome, as.numeric(yi), V))
  },
  dat.fine1993 = function() {
    data <- published("dat.fine1993")
    part <- function(year) escalc(measure = "OR", ai = data[[paste0("e", year, "i")]], n1i = data$nei, ci = data[[paste0("c", year, "i")]], n2i = data$nci)
    each <- lapply(1:2, part)
    several("dat.fine1993", data$study, sapply(each, function(one) one$yi), sapply(each, function(one) one$vi), c("year1", "year2"), 0.6)
  },
  # given, to compare this file's results with
  dat.konstantopoulos2011 = reported("dat.konstantopoulos2011", "district", "yi", "vi", list(year = "year"), es = "school"),
  dat.knapp2017 = reported("dat.knapp2017", "study", "yi", "vi", list(difficulty = "difficulty")),
  dat.berkey1998 = function() {
    data <- published("dat.berkey1998")
    V <- vcalc(vi = 1, cluster = author, rvars = c(v1i, v2i), data = data)
    with(data, multivariate("dat.berkey1998", trial, outcome, yi, V))
  }
)

# --- made-up data

# Effects in clusters of the given sizes; `scale` is the unit they are measured in. Their order is shuffled.
drawn <- function(seed, sizes, between, within, scale = 1, mean = 0.3) {
  set.seed(seed)
  cluster <- rep(seq_along(sizes), sizes)
  k <- length(cluster)
  vi <- runif(k, 0.02, 0.2)
  x <- round(runif(k, 0, 10), 1)
  yi <- mean + 0.03 * x + rnorm(length(sizes), 0, sqrt(between))[cluster] + rnorm(k, 0, sqrt(within)) + rnorm(k, 0, sqrt(vi))
  order <- sample.int(k)
  list(cluster = paste0("study ", cluster)[order], yi = scale * yi[order], vi = scale^2 * vi[order], x = x[order])
}

kinds <- list(
  two_clusters = list(sizes = c(6, 5), between = 0.1, within = 0.05),
  three_clusters = list(sizes = c(2, 4, 3), between = 0.2, within = 0.02),
  four_pairs = list(sizes = c(2, 2, 2, 2), between = 0.05, within = 0),
  one_effect_each = list(sizes = rep(1, 12), between = 0.1, within = 0.1),
  nearly_one_each = list(sizes = c(rep(1, 12), 2), between = 0.1, within = 0.1),
  nothing_between = list(sizes = c(1, 2, 5, 3, 4, 1, 6, 2), between = 0, within = 0.2),
  nothing_within = list(sizes = c(1, 2, 5, 3, 4, 1, 6, 2), between = 0.2, within = 0),
  nothing_at_all = list(sizes = c(3, 2, 4, 1, 5, 2, 3), between = 0, within = 0),
  large_between = list(sizes = c(3, 2, 4, 1, 5, 2, 3), between = 9, within = 0.5),
  large_within = list(sizes = c(3, 2, 4, 1, 5, 2, 3), between = 0.1, within = 16),
  one_dominates = list(sizes = c(40, 1, 2, 1, 3, 1), between = 0.2, within = 0.1),
  big_numbers = list(sizes = c(3, 2, 4, 1, 5, 2, 3, 3), between = 0.1, within = 0.1, scale = 300),
  small_numbers = list(sizes = c(3, 2, 4, 1, 5, 2, 3, 3), between = 0.1, within = 0.1, scale = 0.003),
  many = list(sizes = rep(c(1, 2, 3, 4, 8), 12), between = 0.05, within = 0.1)
)
for (kind in names(kinds)) for (seed in 1:3) local({
  how <- c(list(seed = 100 * match(kind, names(kinds)) + seed), kinds[[kind]])
  id <- paste("effects", kind, seed, sep = "_")
  sets[[id]] <<- function() with(do.call(drawn, how), multilevel(id, cluster, yi, vi, list(x = x), made = TRUE))
})

# Outcomes of each study with covariance matrix `between`; a share of them is missing.
several_drawn <- function(id, seed, k, between, missing = 0, scale = 1) {
  set.seed(seed)
  m <- ncol(between)
  factor <- svd(between)
  root <- factor$u %*% diag(sqrt(factor$d), m)
  vi <- matrix(runif(k * m, 0.02, 0.1), k)
  noise <- matrix(rnorm(k * m), k)
  shared <- rnorm(k)
  y <- t(root %*% matrix(rnorm(k * m), m)) + sqrt(vi) * (sqrt(0.5) * shared + sqrt(0.5) * noise) + rep(seq_len(m) / 5, each = k)
  y[matrix(runif(k * m), k) < missing] <- NA
  several(id, seq_len(k), scale * y, scale^2 * vi, letters[seq_len(m)], 0.5, made = TRUE)
}

matrices <- list(
  moderate = list(k = 12, between = matrix(c(0.1, 0.05, 0.05, 0.2), 2)),
  unrelated = list(k = 20, between = diag(c(0.1, 0.3))),
  perfectly_related = list(k = 10, between = matrix(c(0.2, 0.2, 0.2, 0.2), 2)),
  one_without_variance = list(k = 12, between = matrix(c(0.2, 0, 0, 0), 2)),
  missing_outcomes = list(k = 20, between = matrix(c(0.2, -0.1, -0.1, 0.15), 2), missing = 0.3),
  three_outcomes = list(k = 25, between = matrix(c(0.2, 0.1, 0.05, 0.1, 0.2, 0.1, 0.05, 0.1, 0.3), 3)),
  few = list(k = 4, between = matrix(c(0.1, 0.05, 0.05, 0.2), 2)),
  big_numbers = list(k = 12, between = matrix(c(0.1, 0.05, 0.05, 0.2), 2), scale = 100)
)
for (kind in names(matrices)) for (seed in 1:3) local({
  id <- paste("outcomes", kind, seed, sep = "_")
  how <- c(list(id = id, seed = 100 * match(kind, names(matrices)) + seed), matrices[[kind]])
  sets[[id]] <<- function() do.call(several_drawn, how)
})

write_files(sets)
