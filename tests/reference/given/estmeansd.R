# The numbers of estmeansd.json by R's estmeansd: Rscript estmeansd.R estmeansd.json > again.json
library(estmeansd)
library(jsonlite)

RUNS <- 40
set.seed(1)
held <- fromJSON(commandArgs(trailingOnly = TRUE)[1], simplifyVector = FALSE)
number <- function(value) if (is.null(value)) NA else as.numeric(value)

again <- lapply(held$quantiles, function(case) {
  given <- list(
    min.val = number(case$min), q1.val = number(case$q1), med.val = number(case$median), q3.val = number(case$q3),
    max.val = number(case$max), n = case$n
  )
  qe <- do.call(qe.mean.sd, given)
  bc <- do.call(bc.mean.sd, c(given, avoid.mc = TRUE))
  runs <- lapply(seq_len(RUNS), function(run) do.call(mln.mean.sd, given))
  means <- sapply(runs, `[[`, "est.mean")
  sds <- sapply(runs, `[[`, "est.sd")
  case$qe <- list(mean = qe$est.mean, sd = qe$est.sd, distribution = qe$selected.dist)
  case$bc <- list(mean = bc$est.mean, sd = bc$est.sd, location = bc$location, scale = bc$scale, shape = bc$shape)
  case$mln <- list(
    mean = mean(means), sd = mean(sds), mean_error = sd(means) / sqrt(RUNS), sd_error = sd(sds) / sqrt(RUNS),
    location = runs[[1]]$location, scale = runs[[1]]$scale, shape = runs[[1]]$shape
  )
  case
})
held$quantiles <- again
cat(toJSON(held, auto_unbox = TRUE, digits = NA, null = "null", na = "null", pretty = TRUE), "\n")
