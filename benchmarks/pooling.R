# CPU seconds of metafor on the data of pooling.py.
suppressPackageStartupMessages(library(metafor))
folder <- commandArgs(trailingOnly = TRUE)[1]
data <- read.csv(file.path(folder, "data.csv"))
parts <- split(data, data$id)
seconds <- function(expr) {
  code <- substitute(expr)
  frame <- parent.frame()
  sum(system.time(eval(code, frame))[c("user.self", "sys.self")])
}
quiet <- function(expr) suppressWarnings(try(expr, silent = TRUE))
found <- list(
  "10,000 REML" = seconds(for (one in parts) quiet(rma(yi, vi, data = one, method = "REML"))),
  "10,000 DL" = seconds(for (one in parts) quiet(rma(yi, vi, data = one, method = "DL"))),
  "10,000 PM" = seconds(for (one in parts) quiet(rma(yi, vi, data = one, method = "PM")))
)
first <- parts[[1]][1:min(13, nrow(parts[[1]])), ]
found[["one REML, Knapp-Hartung, prediction, Q-profile"]] <- seconds(for (i in 1:50) {
  fit <- rma(yi, vi, data = first, method = "REML", test = "knha")
  predict(fit)
  confint(fit)
}) / 50
long <- do.call(rbind, parts[1:10])
for (k in c(13, 50, 100)) {
  fit <- rma(yi, vi, data = long[1:k, ], method = "REML")
  found[[sprintf("leave-one-out, k = %d", k)]] <- seconds(for (i in 1:3) leave1out(fit)) / 3
  found[[sprintf("influence, k = %d", k)]] <- seconds(for (i in 1:3) influence(fit)) / 3
}
cat("{", paste(sprintf('"%s": %.9f', names(found), unlist(found)), collapse = ", "), "}\n")
