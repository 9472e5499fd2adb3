# Made-up data sets of difficult kinds, from fixed seeds: of no study.

made_set <- function(id, kind, title, raw, formulas = NULL, group = NULL, order = NULL) {
  force(list(formulas, group, order))
  raw <- substitute(raw)
  function() {
    set.seed(sum(utf8ToInt(id)))
    columns <- eval(raw)
    columns <- c(list(study = paste("Study", seq_along(columns[[1]]))), columns)
    list(id = id, kind = kind, title = title, raw = columns, made = TRUE, formulas = formulas,
         group = if (!is.null(group)) columns[[group]], order = if (!is.null(order)) columns[[order]])
  }
}

# k effects that vary by tau around mu, with variances between `low` and `high`
effects <- function(k, mu = .3, tau = .2, low = .01, high = .2, scale = 1) {
  vi <- runif(k, low, high)
  list(yi = scale * rnorm(k, mu, sqrt(vi + tau^2)), vi = scale^2 * vi)
}

tables <- function(k, n = 20:200, p1 = .1, p2 = .12, spread = .5) {
  n1i <- sample(n, k, TRUE)
  n2i <- sample(n, k, TRUE)
  shift <- rnorm(k, 0, spread)
  list(ai = rbinom(k, n1i, plogis(qlogis(p1) + shift)), n1i = n1i, ci = rbinom(k, n2i, plogis(qlogis(p2) + shift / 2)), n2i = n2i)
}

means <- function(k, n = 5:60, m = 10, sd = 3, d = .4, unit = 1) {
  n1i <- sample(n, k, TRUE)
  n2i <- sample(n, k, TRUE)
  list(m1i = round(unit * (m + rnorm(k, d, 1)), 3), sd1i = round(unit * sd * runif(k, .5, 1.5), 3), n1i = n1i,
       m2i = round(unit * m + unit * rnorm(k, 0, .5), 3), sd2i = round(unit * sd * runif(k, .5, 1.5), 3), n2i = n2i)
}

changes <- function(k, n = 8:60, m = 20, sd = 5, d = -2) {
  list(m_pre = round(m + rnorm(k), 2), m_post = round(m + rnorm(k, d, 2), 2), sd_pre = round(sd * runif(k, .6, 1.4), 2),
       sd_post = round(sd * runif(k, .6, 1.4), 2), ni = sample(n, k, TRUE), ri = round(runif(k, .2, .9), 2))
}

alphas <- function(k) list(ai = round(1 - exp(rnorm(k, -1.6, .4)), 2), mi = sample(4:30, k, TRUE), ni = sample(30:500, k, TRUE))

rates <- function(k, r1 = .02, r2 = .03, time = 50:2000) {
  t1i <- sample(time, k, TRUE)
  t2i <- sample(time, k, TRUE)
  list(x1i = rpois(k, r1 * t1i), t1i = t1i, x2i = rpois(k, r2 * t2i), t2i = t2i)
}

moderated <- function(columns, k = length(columns[[1]])) c(columns, list(
  year = sample(1990:1999, k, TRUE), dose = round(runif(k, 0, 40), 1),
  level = c("rare", sample(c("a", "b", "c"), k - 1, TRUE, c(.6, .3, .1))), risk = sample(c("low", "high"), k, TRUE)))
regressed <- list(year = ~ year, level = ~ level, both = ~ dose + level, cross = ~ risk * dose, curved = ~ year + I(year^2))

holes <- function(columns, rows) lapply(seq_along(columns), function(j) replace(columns[[j]], rows[(seq_along(rows) - 1) %% length(columns) + 1 == j], NA)) |> setNames(names(columns))

sets_made <- list(
  made_k1_table = made_set("made_k1_table", "two-group-binary", "one trial", tables(1)),
  made_k2_tables = made_set("made_k2_tables", "two-group-binary", "two trials", tables(2)),
  made_k3_tables = made_set("made_k3_tables", "two-group-binary", "three trials", moderated(tables(3)), group = "level", order = "year", formulas = regressed["year"]),
  made_zero_cells = made_set("made_zero_cells", "two-group-binary", "rare events: zero cells in most trials", moderated(tables(14, 20:120, .02, .03)), regressed, "level", "year"),
  made_double_zeros = made_set("made_double_zeros", "two-group-binary", "no events or only events in both arms", {
    t <- tables(10, 10:40, .1, .1); t$ai[c(1, 4)] <- 0; t$ci[c(1, 4)] <- 0; t$ai[7] <- t$n1i[7]; t$ci[7] <- t$n2i[7]; moderated(t)
  }, regressed["year"], "risk", "year"),
  made_only_double_zeros = made_set("made_only_double_zeros", "two-group-binary", "no events at all", { t <- tables(4); t$ai <- t$ci <- rep(0, 4); t }),
  made_one_arm_empty = made_set("made_one_arm_empty", "two-group-binary", "no events in one arm of all trials", { t <- tables(6, 20:60, .1, .2); t$ai <- rep(0, 6); t }),
  made_missing_cells = made_set("made_missing_cells", "two-group-binary", "missing numbers in rows, moderators and order", {
    t <- moderated(tables(15)); t[c("ai", "n1i", "ci", "n2i")] <- holes(t[c("ai", "n1i", "ci", "n2i")], c(2, 5, 9)); t$year[c(3, 5)] <- NA; t$level[c(4, 5)] <- NA; t
  }, regressed, "level", "year"),
  made_dominant_table = made_set("made_dominant_table", "two-group-binary", "one trial a thousand times the others", { t <- tables(8, 10:30, .2, .3); t$n1i[3] <- 40000; t$n2i[3] <- 41000; t$ai[3] <- 5000; t$ci[3] <- 6000; t }),
  made_huge_counts = made_set("made_huge_counts", "two-group-binary", "millions of persons", tables(7, 100000:3000000, .001, .0012, .2)),
  made_equal_tables = made_set("made_equal_tables", "two-group-binary", "the same table five times, and another", list(ai = c(3, 3, 3, 3, 3, 8), n1i = rep(50, 6), ci = c(6, 6, 6, 6, 6, 5), n2i = rep(50, 6))),

  made_k2_means = made_set("made_k2_means", "two-group-continuous", "two trials", means(2)),
  made_k3_means = made_set("made_k3_means", "two-group-continuous", "three trials", means(3)),
  made_tiny_arms = made_set("made_tiny_arms", "two-group-continuous", "two to six persons an arm", moderated(means(12, 2:6)), regressed, "risk", "year"),
  made_small_unit = made_set("made_small_unit", "two-group-continuous", "differences near 1e-4", moderated(means(11, unit = 1) |> (\(t) { t[c("m1i", "sd1i", "m2i", "sd2i")] <- lapply(t[c("m1i", "sd1i", "m2i", "sd2i")], "*", 1e-4); t })()), regressed["both"], "risk"),
  made_large_unit = made_set("made_large_unit", "two-group-continuous", "differences near 1e5", moderated(means(11, unit = 1e5)), regressed["both"], "risk"),
  made_missing_means = made_set("made_missing_means", "two-group-continuous", "missing numbers, an SD of 0, negative means", {
    t <- moderated(means(13)); t[1:6] <- holes(t[1:6], c(2, 6, 11)); t$sd1i[4] <- 0; t$m1i[7] <- -t$m1i[7]; t$year[5] <- NA; t
  }, regressed["level"], "level", "year"),
  made_equal_means = made_set("made_equal_means", "two-group-continuous", "equal arms and SDs: equal variances", { t <- means(8); t[c("n1i", "n2i")] <- list(rep(25, 8), rep(25, 8)); t[c("sd1i", "sd2i")] <- list(rep(3, 8), rep(3, 8)); t }),

  made_k2_correlations = made_set("made_k2_correlations", "correlation", "two studies", list(ri = c(.2, .55), ni = c(40, 33))),
  made_strong_correlations = made_set("made_strong_correlations", "correlation", "correlations up to .99 in samples of 5 to 40", moderated(list(ri = round(tanh(rnorm(14, 1.2, .7)), 2), ni = sample(5:40, 14, TRUE))), regressed, "level", "year"),
  made_tied_correlations = made_set("made_tied_correlations", "correlation", "ties in effects and sizes", moderated(list(ri = rep(c(.1, .3, .3, .5), 3), ni = rep(c(30, 60, 30), 4))), regressed["year"], "risk", "year"),

  made_changes = made_set("made_changes", "pre-post", "one group before and after", moderated(changes(11)), regressed["level"], "risk", "year"),
  made_k3_changes = made_set("made_k3_changes", "pre-post", "three small groups", changes(3, 3:8)),
  made_missing_changes = made_set("made_missing_changes", "pre-post", "missing numbers, an SD of 0, a negative mean, no change", {
    t <- changes(9); t <- holes(t, c(1, 3, 8)); t$sd_post[5] <- 0; t$m_pre[6] <- -t$m_pre[6]; t$m_post[7] <- t$m_pre[7]; t
  }),

  made_alphas = made_set("made_alphas", "reliability", "Cronbach's alphas", moderated(alphas(10)), regressed["both"], "risk", "year"),
  made_missing_alphas = made_set("made_missing_alphas", "reliability", "missing numbers, alphas near 1 and below 0", {
    t <- holes(alphas(8), c(2, 5)); t$ai[3] <- .995; t$ai[7] <- -.2; t
  }),

  made_k2_proportions = made_set("made_k2_proportions", "single-proportion", "two studies", list(xi = c(3, 11), ni = c(20, 31))),
  made_extreme_proportions = made_set("made_extreme_proportions", "single-proportion", "none or all, in small samples", moderated(list(xi = c(0, 0, 5, 12, 30, 1, 2, 9, 0, 44), ni = c(9, 30, 5, 12, 31, 40, 17, 20, 300, 45))), list(risk = ~ risk), "risk", "year"),
  made_rare_proportions = made_set("made_rare_proportions", "single-proportion", "a few in hundreds of thousands", { n <- sample(20000:900000, 12, TRUE); moderated(list(xi = rpois(12, n * 5e-5), ni = n)) }, regressed, "risk", "year"),
  made_missing_proportions = made_set("made_missing_proportions", "single-proportion", "missing numbers", { n <- sample(20:90, 12, TRUE); t <- moderated(list(xi = rbinom(12, n, .3), ni = n)); t$xi[c(3, 8)] <- NA; t$ni[5] <- NA; t }, regressed["level"], "level", "year"),

  made_k2_rates = made_set("made_k2_rates", "incidence-rate", "two studies", rates(2)),
  made_rates = made_set("made_rates", "incidence-rate", "twelve studies with zero counts", moderated(rates(12, .004, .008)), regressed, "level", "year"),
  made_zero_rates = made_set("made_zero_rates", "incidence-rate", "zero counts in both arms", { r <- rates(8, .02, .03); r$x1i[c(1, 3)] <- 0; r$x2i[c(3, 5)] <- 0; r }),
  made_huge_time = made_set("made_huge_time", "incidence-rate", "millions of days", rates(9, 1e-5, 2e-5, 100000:5000000)),
  made_missing_rates = made_set("made_missing_rates", "incidence-rate", "missing numbers", { r <- moderated(rates(11)); r[1:4] <- holes(r[1:4], c(2, 4, 9)); r }, regressed["both"], "risk", "year"),

  made_k1 = made_set("made_k1", "generic", "one study", list(yi = -1.5, vi = .3)),
  made_k2_apart = made_set("made_k2_apart", "generic", "two studies, far apart", list(yi = c(-3, 4), vi = c(.01, .02))),
  made_k2_same = made_set("made_k2_same", "generic", "two studies with one effect", list(yi = c(.4, .4), vi = c(.01, .02))),
  made_k3 = made_set("made_k3", "generic", "three studies", moderated(effects(3)), regressed["year"], "risk", "year"),
  made_lone_studies = made_set("made_lone_studies", "generic", "a study per subgroup", c(effects(5), list(site = letters[1:5])), NULL, "site"),
  made_k4 = made_set("made_k4", "generic", "four studies", moderated(effects(4)), regressed["year"], "risk", "year"),
  made_identical = made_set("made_identical", "generic", "identical effects and variances", list(yi = rep(.25, 6), vi = rep(.04, 6))),
  made_identical_effects = made_set("made_identical_effects", "generic", "identical effects", list(yi = rep(.25, 6), vi = c(.01, .02, .03, .04, .05, .06))),
  made_equal_variances = made_set("made_equal_variances", "generic", "equal variances", moderated({ e <- effects(9); e$vi <- rep(.04, 9); e }), regressed, "level", "year"),
  made_boundary = made_set("made_boundary", "generic", "Q a little over and under its degrees of freedom", {
    e <- effects(10, tau = 0); w <- 1 / e$vi; m <- sum(w * e$yi) / sum(w); q <- sum(w * (e$yi - m)^2); e$yi <- m + (e$yi - m) * sqrt(9.0001 / q); moderated(e) }, regressed, "risk"),
  made_homogeneous = made_set("made_homogeneous", "generic", "less varied than chance", moderated({ e <- effects(12, tau = 0); e$yi <- .3 + (e$yi - .3) / 5; e }), regressed, "level", "year"),
  made_dominant = made_set("made_dominant", "generic", "one study ten million times as exact", moderated({ e <- effects(9); e$vi[4] <- 1e-8; e }), regressed["year"], "risk"),
  made_two_dominant = made_set("made_two_dominant", "generic", "two exact studies that contradict each other", { e <- effects(8); e$vi[1:2] <- 1e-6; e$yi[1:2] <- c(0, 1); e }),
  made_small_scale = made_set("made_small_scale", "generic", "effects near 1e-4", moderated(effects(13, scale = 3e-4)), regressed, "level", "year"),
  made_large_scale = made_set("made_large_scale", "generic", "effects near 1e3", moderated(effects(13, scale = 3e3)), regressed["both"], "level", "year"),
  made_huge_scale = made_set("made_huge_scale", "generic", "effects near 1e5", moderated(effects(13, scale = 3e5)), regressed["both"], "level", "year"),
  made_huge_heterogeneity = made_set("made_huge_heterogeneity", "generic", "I2 above 99.99 %", moderated(effects(15, tau = 30, low = .001, high = .01)), regressed, "level", "year"),
  made_offset = made_set("made_offset", "generic", "effects near 1e4 that vary by .2", moderated({ e <- effects(10); e$yi <- e$yi + 1e4; e }), regressed["level"], "risk"),
  made_ties = made_set("made_ties", "generic", "ties in effects, variances and order", moderated(list(yi = c(.1, .1, .3, .3, .3, .5, .5, -.2, -.2, .1, 0, 0), vi = c(.04, .04, .02, .02, .09, .04, .09, .02, .02, .04, .09, .04), ni = rep(c(50, 100, 50), 4))), regressed, "level", "year"),
  made_symmetric = made_set("made_symmetric", "generic", "effects that mirror each other about 0", list(yi = c(-.5, -.3, -.1, .1, .3, .5), vi = c(.05, .03, .01, .01, .03, .05))),
  made_asymmetric = made_set("made_asymmetric", "generic", "small studies with large effects", moderated({ s <- runif(25, .05, .6); list(yi = .1 + 2 * s + rnorm(25, 0, s), vi = s^2, ni = round(4 / s^2)) }), regressed, "level", "year"),
  made_many = made_set("made_many", "generic", "120 studies", moderated(effects(120, tau = .4)), regressed["both"], "level", "year"),
  made_missing = made_set("made_missing", "generic", "missing effects, variances, moderators and sizes", {
    e <- moderated(c(effects(16), list(ni = sample(20:200, 16)))); e$yi[3] <- NA; e$vi[7] <- NA; e$dose[c(3, 9)] <- NA; e$level[11] <- NA; e }, regressed, "level", "year"),
  made_two_peaks = made_set("made_two_peaks", "generic", "a likelihood with two peaks in tau2", list(yi = c(0, .01, 5, 5.02, -4.9, .3), vi = c(1e-4, 4, 9, 1e-3, 6, 5)))
)
