# Reference files of the kinds with one effect per study: Rscript univariate.R FOLDER [id ...]
# R writes a blank of its own path as ~+~.
here <- dirname(sub("^--file=", "", gsub("~+~", " ", grep("^--file=", commandArgs(), value = TRUE), fixed = TRUE)))
for (part in c("common.R", "formulas.R", "analyses.R", "moderators.R", "published.R", "made.R")) source(file.path(here, part))

# Which measures a kind has, what escalc is told besides, and how much is written of each; `ours` are those of formulas.R.
one <- function(measure, level, variant = "default", ..., of = NULL, ours = FALSE) {
  list(measure = measure, level = level, variant = variant, options = list(...), of = of, ours = ours)
}

variants <- list(
  "two-group-binary" = list(one("RR", "full"), one("OR", "full"), one("RD", "full"), one("PETO", "middle"), one("AS", "middle"), one("PHI", "short"), one("YUQ", "short")),
  "two-group-continuous" = list(
    one("MD", "full"), one("SMD", "full"), one("MD", "middle", "vtype=HO", vtype = "HO"), one("SMD", "short", "vtype=UB", vtype = "UB"),
    one("SMD", "short", "vtype=LS2", vtype = "LS2"), one("SMD", "short", "vtype=AV", vtype = "AV"), one("SMD1", "short"), one("VR", "short"), one("D2ORN", "short"), one("D2ORL", "short"),
    one("SMD", "short", "correct=FALSE", correct = FALSE, ours = TRUE), one("SMDH", "short", ours = TRUE), one("SMD1H", "short", ours = TRUE),
    one("CVR", "short", ours = TRUE), one("ROM", "short", ours = TRUE), one("ROM", "full", "correct=FALSE", correct = FALSE), one("ROM", "middle", "vtype=HO", vtype = "HO", correct = FALSE), one("ROM", "middle", "vtype=AV", vtype = "AV", correct = FALSE)
  ),
  "correlation" = list(one("ZCOR", "full"), one("COR", "full"), one("UCOR", "middle", ours = TRUE), one("UCOR", "short", "vtype=UB", vtype = "UB", ours = TRUE), one("COR", "middle", "vtype=AV", vtype = "AV")),
  "pre-post" = c(
    list(one("MC", "full"), one("SMCC", "middle"), one("SMCR", "middle"), one("VRC", "short")),
    lapply(c("SMCRH", "SMCRP", "ROMC", "CVRC"), one, "short", ours = TRUE)
  ),
  "reliability" = list(one("ABT", "full"), one("AHW", "middle"), one("ARAW", "middle")),
  "single-proportion" = list(one("PLO", "full"), one("PFT", "full"), one("PR", "middle"), one("PLN", "middle"), one("PAS", "middle")),
  "incidence-rate" = c(
    list(one("IRR", "full"), one("IRD", "full"), one("IRSD", "middle")),
    unlist(lapply(c("IR", "IRLN", "IRS", "IRFT"), function(m) lapply(1:2, function(a) one(m, if (m == "IRLN" && a == 1) "full" else "middle", paste("arm", a), of = a))), recursive = FALSE)
  ),
  "generic" = list(one("GEN", "full"))
)
zero_rules <- unlist(lapply(c("RR", "OR", "RD", "AS"), function(m) list(
  one(m, "short", "add=0.5,to=all", add = 0.5, to = "all"), one(m, "short", "add=0.5,to=if0all", add = 0.5, to = "if0all"),
  one(m, "short", "add=0,to=none", add = 0, to = "none"), one(m, "short", "add=0.1,to=only0", add = 0.1, to = "only0"),
  one(m, "short", "drop00=TRUE", drop00 = TRUE)
)), recursive = FALSE)

effects_of <- function(kind, raw, measure, options, arm, ours) {
  if (kind == "generic") return(list(yi = raw$yi, vi = raw$vi))
  columns <- switch(kind,
    "two-group-binary" = raw[c("ai", "n1i", "ci", "n2i")],
    "two-group-continuous" = raw[c("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")],
    "correlation" = raw[c("ri", "ni")],
    "pre-post" = raw[c("m_post", "m_pre", "sd_post", "sd_pre", "ni", "ri")],
    "reliability" = raw[c("ai", "mi", "ni")],
    "single-proportion" = raw[c("xi", "ni")],
    "incidence-rate" = if (is.null(arm)) raw[c("x1i", "t1i", "x2i", "t2i")] else setNames(raw[paste0(c("x", "t"), arm, "i")], c("xi", "ti"))
  )
  if (ours) return(effects_written_out(measure, columns, options))
  if (kind == "pre-post") columns <- setNames(if (measure == "SMCR") columns[c(1, 2, 4, 5, 6)] else columns, c("m1i", "m2i", "sd1i", if (measure != "SMCR") "sd2i", "ni", "ri"))
  options$correct <- if (identical(options$correct, FALSE) && measure == "ROM") NULL else options$correct
  found <- suppressWarnings(do.call(escalc, c(list(measure = measure), columns, options)))
  list(yi = found$yi, vi = found$vi, ni = attr(found$yi, "ni"))
}

analyses <- function(kind, raw, set) {
  wanted <- variants[[kind]]
  if (kind == "two-group-binary" && any(with(raw, ai == 0 | ci == 0 | ai == n1i | ci == n2i), na.rm = TRUE)) wanted <- c(wanted, zero_rules)
  lapply(wanted, function(w) {
    head <- list(measure = w$measure, variant = w$variant, escalc_options = w$options)
    if (w$ours) head$effects_from <- "formulas.R"
    found <- attempt(effects_of(kind, raw, w$measure, w$options, w$of, w$ours))
    if (failed(found)) return(c(head, found))
    full <- w$level == "full"
    ni <- if (kind == "generic") raw$ni else found$ni
    block <- analysis(found$yi, found$vi, w$level, ni, set$order, if (full) set$group, if (full) set$formulas, as.data.frame(raw))
    if (kind == "generic") block[c("escalc", "ni")] <- NULL
    if (full && w$measure %in% names(asymmetries)) block$asymmetry <- asymmetry(w$measure, raw, found$yi)
    c(head, block)
  })
}

counted <- function(x) {
  list(b = c(x$beta), se = x$se, zval = x$zval, pval = x$pval, ci_lb = x$ci.lb, ci_ub = x$ci.ub, QE = x$QE, QEp = x$QEp, QE_df = x$k.yi - 1,
       I2 = x$I2, H2 = x$H2, MH = or_null(x$MH), MHp = or_null(x$MHp), BD = or_null(x$BD), BDp = or_null(x$BDp), TA = or_null(x$TA),
       TAp = or_null(x$TAp), k = x$k, k_pos = or_null(x$k.pos), k_yi = x$k.yi)
}
or_null <- function(value) if (is.null(value)) NA else value

mantel_haenszel <- function(raw, zeros) {
  run <- function(measure, ...) do.call(rma.mh, c(list(measure = measure, digits = 15), raw, list(...)))
  pooladd <- list(add = c(.5, .5), to = c("only0", "only0"))
  blocks <- list()
  for (name in c("RR", "OR_MHcontinuity", "OR_MHnocontinuity", "RD")) {
    more <- if (name == "OR_MHnocontinuity") list(correct = FALSE) else list()
    blocks[[name]] <- attempt(counted(do.call(run, c(list(sub("_.*", "", name)), more))))
    if (zeros) blocks[[paste0(name, "_pooladd")]] <- attempt(counted(do.call(run, c(list(sub("_.*", "", name)), more, pooladd))))
  }
  blocks$RR_leave1out <- attempt({ found <- leave1out(run("RR")); list(estimate = found$estimate, se = found$se, Q = found$Q) })
  for (m in c("RR", "OR")) blocks[[paste0(m, "_weights_pct")]] <- attempt(unname(weights(run(m))))
  blocks
}

file_of <- function(set) {
  kind <- set$kind
  raw <- lapply(set$raw, function(one) if (is.integer(one)) as.numeric(one) else one)  # products of counts exceed R's integers
  doc <- document(set$id, kind, raw, set$title, isTRUE(set$made))
  doc$analyses <- analyses(kind, raw, set)
  if (kind == "two-group-binary") {
    whole <- complete.cases(as.data.frame(raw[c("ai", "n1i", "ci", "n2i")]))
    tables <- lapply(raw[c("ai", "n1i", "ci", "n2i")], function(one) one[whole])
    doc$has_zero_cells <- any(with(tables, ai == 0 | ci == 0 | ai == n1i | ci == n2i))
    doc$mantel_haenszel <- mantel_haenszel(tables, doc$has_zero_cells)
    x <- attempt(do.call(rma.peto, tables))
    doc$peto <- list(default = if (failed(x)) x else counted(x)[c("b", "se", "zval", "pval", "ci_lb", "ci_ub", "QE", "QEp", "QE_df", "I2", "H2", "k", "k_pos", "k_yi")])
    if (!failed(x)) doc$peto$weights_pct <- attempt(unname(weights(x)))
  }
  if (kind == "incidence-rate") {
    rates <- lapply(raw[c("x1i", "t1i", "x2i", "t2i")], function(one) one)
    doc$mantel_haenszel <- lapply(c(IRR = "IRR", IRD = "IRD"), function(m) attempt(counted(do.call(rma.mh, c(list(measure = m), rates)))))
  }
  if (kind == "single-proportion") {
    found <- escalc("PFT", xi = raw$xi, ni = raw$ni)
    doc$pft_backtransform_harmonic_mean_REML <- attempt({
      p <- predict(model(found$yi, found$vi), transf = transf.ipft.hm, targs = list(ni = raw$ni))
      list(pred = p$pred, ci_lb = p$ci.lb, ci_ub = p$ci.ub)
    })
  }
  doc
}

write_files(lapply(c(sets_published, sets_made), function(set) function() file_of(set())))
