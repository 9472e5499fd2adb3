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

cat(toJSON(list(
  made_with = paste("metafor", packageVersion("metafor"), "metadat", packageVersion("metadat")),
  clusters = clusters, clustered = clustered, pairs = pairs, paired = paired, means = means, changes = changes
), auto_unbox = TRUE, digits = NA, null = "null", na = "null", pretty = TRUE), "\n")
