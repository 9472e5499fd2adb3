# The numbers of designs.json by R's metafor (data sets: metadat): Rscript designs.R > designs.json
suppressPackageStartupMessages({library(metafor); library(metadat); library(jsonlite)})
exact <- list(optimizer = "optim", optmethod = "BFGS", reltol = 1e-15, maxit = 100000)
fit_of <- function(fit) list(estimate = c(fit$beta), se = fit$se, sigma2 = fit$sigma2, loglik = c(logLik(fit)), Q = fit$QE)

# Clusters: the numbers of the arms divided by the design effect; made-up trials.
clusters <- list(
  list(icc = 0.02, size = 21, n = c(300, 280), events = c(40, 55), mean = c(4.1, 5), sd = c(2, 2.2)),
  list(icc = 0.05, size = 11.5, n = c(120, 131), events = c(9, 17), mean = c(3.8, 4.2), sd = c(1.9, 2.4)),
  list(icc = 0.1, size = 6, n = c(66, 61), events = c(20, 22), mean = c(4.4, 4.1), sd = c(2.1, 2))
)
effect <- sapply(clusters, function(one) 1 + (one$size - 1) * one$icc)
arm <- function(name, at) sapply(clusters, function(one) one[[name]][at])
clustered <- lapply(c(OR = "OR", RR = "RR", RD = "RD", MD = "MD", SMD = "SMD"), function(measure) {
  made <- if (measure %in% c("MD", "SMD"))
    escalc(measure, m1i = arm("mean", 1), sd1i = arm("sd", 1), n1i = arm("n", 1) / effect, m2i = arm("mean", 2), sd2i = arm("sd", 2), n2i = arm("n", 2) / effect) else
    escalc(measure, ai = arm("events", 1) / effect, n1i = arm("n", 1) / effect, ci = arm("events", 2) / effect, n2i = arm("n", 2) / effect)
  common <- rma(made, method = "EE")
  list(yi = c(made$yi), vi = c(made$vi), estimate = c(common$beta), se = common$se)
})

# Crossover trials: tables of pairs (both, only under the treatment, only under the control, neither), and means with a correlation.
pairs <- list(c(7, 9, 3, 44), c(1, 14, 2, 46), c(12, 5, 4, 9), c(3, 8, 1, 20))
cell <- function(at) sapply(pairs, `[`, at)
paired <- lapply(c(OR = "MPOR", RR = "MPRR", RD = "MPRD"), function(measure) {
  made <- escalc(measure, ai = cell(1), bi = cell(2), ci = cell(3), di = cell(4))
  list(yi = c(made$yi), vi = c(made$vi))
})
means <- list(m1 = c(12, 3.4, 80), m2 = c(14, 3.1, 76), sd1 = c(5, 1.2, 11), sd2 = c(6, 1.5, 10), r = c(0.5, 0.72, -0.1), n = c(20, 34, 12))
changes <- lapply(c(MD = "MC"), function(measure) {
  made <- with(means, escalc(measure, m1i = m1, m2i = m2, sd1i = sd1, sd2i = sd2, ri = r, ni = n))
  list(yi = c(made$yi), vi = c(made$vi))
})

# Several results of a study: levels nested in the order of the formula; and effects that share a control (Gleser & Olkin 2009).
multilevel <- function(d, random) {
  fit <- rma.mv(yi, vi, random = random, data = d, method = "REML", control = exact)
  c(list(data = as.list(d)), fit_of(fit))
}
schools <- with(dat.konstantopoulos2011, data.frame(study = district, arm = school, yi = c(yi), vi = c(vi)))
long <- reshape(as.data.frame(dat.ishak2007)[1:9], direction = "long", idvar = "study", v.names = c("yi", "vi"), timevar = "timepoint",
  varying = list(c("y1i", "y2i", "y3i", "y4i"), c("v1i", "v2i", "v3i", "v4i")))
long <- long[!is.na(long$yi), ]
months <- data.frame(study = long$study, timepoint = paste(c(3, 6, 12, 18)[long$timepoint], "months"), yi = c(long$yi), vi = c(long$vi))
tasks <- with(dat.knapp2017, data.frame(study = study, instrument = task, arm = paste(group1, seq_along(study)), yi = c(yi), vi = c(vi)))
generation <- with(subset(dat.mccurdy2020, article <= 60), data.frame(study = article, population = experiment, instrument = sample, arm = id, yi = c(yi), vi = c(vi)))
several <- list(
  konstantopoulos2011 = c(levels = list(I("arm")), multilevel(schools, ~ 1 | study / arm)),
  ishak2007 = c(levels = list(I("timepoint")), multilevel(months, ~ 1 | study / timepoint)),
  knapp2017 = c(levels = list(I("instrument")), multilevel(tasks, ~ 1 | study / instrument / arm)),
  mccurdy2020 = c(levels = list(c("population", "instrument")), multilevel(generation, ~ 1 | study / population / instrument / arm))
)

arms <- data.frame(study = c(1, 1, 1, 2, 2, 3, 4, 4), arm = c("low", "mid", "high", "low", "high", "mid", "low", "mid"),
  n1 = c(40, 38, 42, 60, 55, 30, 80, 82), n2 = c(41, 41, 41, 58, 58, 33, 79, 79), events1 = c(10, 12, 15, 20, 25, 9, 30, 31), events2 = c(8, 8, 8, 15, 15, 5, 28, 28),
  mean1 = c(5, 5.4, 6, 4.8, 5.9, 5.2, 4.9, 5.5), mean2 = c(4.7, 4.7, 4.7, 4.1, 4.1, 4.6, 4.4, 4.4), sd1 = c(2, 2.1, 2.4, 1.9, 2.2, 2, 2.3, 2.2), sd2 = c(2.2, 2.2, 2.2, 2, 2, 2.1, 2.1, 2.1),
  person_time1 = c(400, 390, 405, 610, 540, 310, 790, 805), person_time2 = c(420, 420, 420, 560, 560, 330, 800, 800))
common <- with(arms, list(
  RR = 1 / events2 - 1 / n2, OR = 1 / events2 + 1 / (n2 - events2), RD = events2 * (n2 - events2) / n2^3, MD = sd2^2 / n2, SMD = 1 / n2,
  IRR = 1 / events2, IRD = events2 / person_time2^2
))
shared <- sapply(names(common), simplify = FALSE, function(measure) {
  made <- with(arms, if (measure %in% c("MD", "SMD")) escalc(measure, m1i = mean1, sd1i = sd1, n1i = n1, m2i = mean2, sd2i = sd2, n2i = n2) else
    if (measure %in% c("IRR", "IRD")) escalc(measure, x1i = events1, t1i = person_time1, x2i = events2, t2i = person_time2) else
    escalc(measure, ai = events1, n1i = n1, ci = events2, n2i = n2))
  V <- outer(sqrt(common[[measure]]), sqrt(common[[measure]]))
  people <- ave(arms$n1, arms$study, FUN = sum) + arms$n2
  if (measure == "SMD") V <- V + outer(made$yi, made$yi) / (2 * people)
  V[outer(arms$study, arms$study, "!=")] <- 0
  diag(V) <- made$vi
  d <- cbind(arms[c("study", "arm")], yi = c(made$yi))
  fit_of(rma.mv(yi, V, random = ~ 1 | study / arm, data = d, method = "REML", control = exact))
})

cat(toJSON(list(
  made_with = paste("metafor", packageVersion("metafor"), "metadat", packageVersion("metadat")),
  clusters = clusters, clustered = clustered, pairs = pairs, paired = paired, means = means, changes = changes, several = several, arms = as.list(arms), shared = shared
), auto_unbox = TRUE, digits = NA, null = "null", na = "null", pretty = FALSE), "\n")
