# Mixed models of counts (`rma.glmm`) for data sets of metadat and for made-up ones.
#
#   Rscript mixed.R FOLDER [id ...]

# R writes a blank of its own path as ~+~.
here <- dirname(sub("^--file=", "", gsub("~+~", " ", grep("^--file=", commandArgs(), value = TRUE), fixed = TRUE)))
source(file.path(here, "common.R"))

# --- the blocks of a file

mixed_block <- function(...) {
  attempt({
    fitted <- rma.glmm(...)
    if (isTRUE(fitted$model == "CM.EL") && fitted$measure == "OR" && fitted$method == "ML" && fitted$tau2 < 1e-3)
      stop("the matrix of second derivatives is singular where tau2 is 0")  # later versions take the common effect's
    likelihood <- fitted$fit.stats["ll", "ML"]
    list(b = fitted$beta[1], se = fitted$se, zval = fitted$zval, pval = fitted$pval, ci_lb = fitted$ci.lb, ci_ub = fitted$ci.ub,
         tau2 = fitted$tau2, sigma2 = if (isTRUE(fitted$model == "UM.RS")) fitted$sigma2, I2 = fitted$I2, H2 = fitted$H2,
         QE_Wld = fitted$QE.Wld, QEp_Wld = fitted$QEp.Wld, QE_LRT = fitted$QE.LRT, QEp_LRT = fitted$QEp.LRT,
         QE_df = fitted$QE.df, logLik = likelihood) |> Filter(f = Negate(is.null))
  })
}

# Blocks of all models and both methods. R computes the exact likelihood (CM.EL of tables) so slowly that it may be left out.
of_two_groups <- function(measure, counts, exact = "EE") {
  models <- if (measure == "OR") c("UM.FS", "UM.RS", "CM.AL", "CM.EL") else c("UM.FS", "UM.RS", "CM.EL")
  blocks <- list()
  for (model in models) for (method in c("EE", "ML")) {
    if (measure == "OR" && model == "CM.EL" && !method %in% exact) next
    blocks[[paste(measure, model, method, sep = "_")]] <-
      do.call(mixed_block, c(counts, list(measure = measure, model = model, method = method)))
  }
  blocks
}

tables <- function(id, events1, n1, events2, n2, title = id, made = FALSE, exact = if (length(n1) <= 8) c("EE", "ML") else "EE") {
  counts <- list(ai = events1, n1i = n1, ci = events2, n2i = n2)
  raw <- c(counts, list(bi = n1 - events1, di = n2 - events2))
  document(id, "two-group-binary", raw, title, made, glmm = of_two_groups("OR", counts, exact))
}

rates <- function(id, events1, time1, events2, time2, title = id, made = FALSE) {
  counts <- list(x1i = events1, t1i = time1, x2i = events2, t2i = time2)
  alone <- lapply(c(EE = "EE", ML = "ML"), function(method) mixed_block(measure = "IRLN", xi = events1, ti = time1, method = method))
  names(alone) <- paste0("IRLN_arm1_", names(alone))
  document(id, "incidence-rate", counts, title, made, glmm = c(of_two_groups("IRR", counts), alone))
}

proportions <- function(id, events, n, title = id, made = FALSE) {
  blocks <- lapply(c(PLO_EE = "EE", PLO_ML = "ML"), function(method) mixed_block(measure = "PLO", xi = events, ni = n, method = method))
  document(id, "single-proportion", list(xi = events, ni = n), title, made, glmm = blocks)
}

# --- published data

# Tables of two columns of events and two of participants; rows without all of them are left out.
columns <- function(id, set, names, rows = TRUE, ...) {
  function() {
    data <- na.omit(published(set)[rows, names])
    tables(id, data[[1]], data[[2]], data[[3]], data[[4]], ...)
  }
}

cells <- function(id, set, names) {
  function() {
    data <- na.omit(published(set)[, names])
    tables(id, data[[1]], data[[1]] + data[[2]], data[[3]], data[[3]] + data[[4]])
  }
}

# One proportion of each row; or, of a table of arms, those of one treatment.
share <- function(id, set, events, n, rows = function(data) TRUE) {
  function() {
    data <- published(set)
    data <- na.omit(data[rows(data), c(events, n)])
    proportions(id, data[[1]], data[[2]])
  }
}

treated <- function(name, value) function(data) as.character(data[[name]]) == value

usual <- c("ai", "n1i", "ci", "n2i")
sets <- list(
  dat.anand1999 = columns("dat.anand1999", "dat.anand1999", usual),
  dat.axfors2021 = columns("dat.axfors2021", "dat.axfors2021",
                           c("hcq_arm_event", "hcq_arm_total", "control_arm_event", "control_arm_total")),
  dat.bourassa1996 = cells("dat.bourassa1996", "dat.bourassa1996", c("lh.le", "lh.re", "rh.le", "rh.re")),
  dat.collins1985a = columns("dat.collins1985a", "dat.collins1985a", c("b.xti", "nti", "b.xci", "nci")),
  dat.dorn2007 = columns("dat.dorn2007", "dat.dorn2007", c("x.a", "n.a", "x.p", "n.p")),
  dat.gibson2002 = cells("dat.gibson2002", "dat.gibson2002", c("ai", "bi", "ci", "di")),
  dat.graves2010 = columns("dat.graves2010", "dat.graves2010", usual),
  dat.hahn2001 = columns("dat.hahn2001", "dat.hahn2001", usual),
  dat.hartmannboyce2018 = columns("dat.hartmannboyce2018", "dat.hartmannboyce2018", c("x.nrt", "n.nrt", "x.ctrl", "n.ctrl"),
                                  rows = 1:25),
  dat.landenberger2005 = cells("dat.landenberger2005", "dat.landenberger2005",
                               c("n.cbt.rec", "n.cbt.non", "n.ctrl.rec", "n.ctrl.non")),
  dat.laopaiboon2015 = columns("dat.laopaiboon2015", "dat.laopaiboon2015", usual),
  dat.lau1992 = columns("dat.lau1992", "dat.lau1992", usual),
  dat.li2007 = columns("dat.li2007", "dat.li2007", usual),
  dat.vanhowe1999 = cells("dat.vanhowe1999", "dat.vanhowe1999", c("non.pos", "non.neg", "cir.pos", "cir.neg")),
  dat.hannum2020 = share("dat.hannum2020", "dat.hannum2020", "xi", "ni"),
  dat.obrien2003 = share("dat.obrien2003", "dat.obrien2003", "cases", "total"),
  dat.pagliaro1992_control = share("dat.pagliaro1992_control", "dat.pagliaro1992", "xi", "ni", treated("trt", "control")),
  dat.hasselblad1998_no_contact = share("dat.hasselblad1998_no_contact", "dat.hasselblad1998", "xi", "ni", treated("trt", "no_contact")),
  dat.dong2013_tiotropium = share("dat.dong2013_tiotropium", "dat.dong2013", "death", "randomized", treated("treatment", "TIO-HH")),
  dat.dogliotti2014_placebo = share("dat.dogliotti2014_placebo", "dat.dogliotti2014", "stroke", "total", function(data) data$id %% 2 == 1),
  dat.gurusamy2011_control = share("dat.gurusamy2011_control", "dat.gurusamy2011", "death", "n", function(data) data$treatment == "Control/Placebo"),
  dat.baker2009_placebo = share("dat.baker2009_placebo", "dat.baker2009", "exac", "total", function(data) data$treatment == "Placebo"),
  dat.nielweise2008 = function() with(published("dat.nielweise2008"), rates("dat.nielweise2008", x1i, t1i, x2i, t2i)),
  # given, to compare this file's results with
  dat.bcg = function() with(published("dat.bcg"), tables("dat.bcg", tpos, tpos + tneg, cpos, cpos + cneg)),
  dat.nielweise2007 = columns("dat.nielweise2007", "dat.nielweise2007", usual),
  dat.hine1989 = columns("dat.hine1989", "dat.hine1989", usual, exact = "EE"),
  dat.hart1999 = function() with(published("dat.hart1999"), rates("dat.hart1999", x1i, t1i, x2i, t2i)),
  dat.pritz1997 = share("dat.pritz1997", "dat.pritz1997", "xi", "ni"),
  dat.debruin2009 = share("dat.debruin2009", "dat.debruin2009", "xi", "ni")
)
for (number in sort(unique(published("dat.yusuf1985")$table))) local({
  id <- paste0("dat.yusuf1985_", number)
  sets[[id]] <<- columns(id, "dat.yusuf1985", usual, rows = published("dat.yusuf1985")$table == number)
})
for (year in 1:4) local({
  id <- paste0("dat.fine1993_", year)
  sets[[id]] <<- columns(id, "dat.fine1993", c(paste0("e", year, "i"), "nei", paste0("c", year, "i"), "nci"))
})
for (end in 1:6) local({
  id <- paste0("dat.cannon2006_", end)
  sets[[id]] <<- columns(id, "dat.cannon2006", c(paste0("ep", end, "t"), "nt", paste0("ep", end, "c"), "nc"))
})

# --- made-up data

drawn <- function(seed, k, risk, effect, tau, sizes, spread = 0.5) {
  set.seed(seed)
  n1 <- sizes[[1]] + sample.int(sizes[[2]], k, replace = TRUE)
  n2 <- sizes[[1]] + sample.int(sizes[[2]], k, replace = TRUE)
  base <- qlogis(risk) + rnorm(k, 0, spread)
  own <- effect + rnorm(k, 0, tau)
  list(events1 = rbinom(k, n1, plogis(base + own)), n1 = n1, events2 = rbinom(k, n2, plogis(base)), n2 = n2)
}

kinds <- list(
  two_studies = list(k = 2, risk = 0.2, effect = 0.5, tau = 0.3, sizes = c(40, 60)),
  three_studies = list(k = 3, risk = 0.1, effect = -0.7, tau = 0.6, sizes = c(60, 80)),
  rare = list(k = 12, risk = 0.01, effect = -0.5, tau = 0.4, sizes = c(80, 200)),
  very_rare = list(k = 15, risk = 0.004, effect = 0.4, tau = 0, sizes = c(60, 150)),
  homogeneous = list(k = 9, risk = 0.3, effect = 0.3, tau = 0, sizes = c(50, 100)),
  heterogeneous = list(k = 10, risk = 0.3, effect = -0.4, tau = 1.5, sizes = c(50, 150)),
  very_heterogeneous = list(k = 8, risk = 0.4, effect = 1, tau = 3, sizes = c(30, 80)),
  small = list(k = 14, risk = 0.4, effect = 0.8, tau = 0.5, sizes = c(3, 12)),
  common_events = list(k = 8, risk = 0.93, effect = 0.5, tau = 0.5, sizes = c(20, 60)),
  large = list(k = 7, risk = 0.15, effect = -0.2, tau = 0.15, sizes = c(1500, 6000))
)
for (kind in names(kinds)) for (seed in 1:3) local({
  how <- c(list(seed = 100 * match(kind, names(kinds)) + seed), kinds[[kind]])
  name <- paste(kind, seed, sep = "_")
  sets[[paste0("tables_", name)]] <<- function() {
    with(do.call(drawn, how), tables(paste0("tables_", name), events1, n1, events2, n2, made = TRUE))
  }
  sets[[paste0("rates_", name)]] <<- function() {
    with(do.call(drawn, how), rates(paste0("rates_", name), events1, 10 * n1, events2, 10 * n2, made = TRUE))
  }
  sets[[paste0("proportions_", name)]] <<- function() {
    with(do.call(drawn, how), proportions(paste0("proportions_", name), events1, n1, made = TRUE))
  }
})

edges <- list(
  no_events_in_group_1 = list(c(0, 0, 0, 0), c(20, 30, 40, 50), c(3, 2, 4, 1), c(20, 30, 40, 50)),
  all_events_in_group_1 = list(c(20, 30, 40, 50), c(20, 30, 40, 50), c(13, 12, 24, 31), c(20, 30, 40, 50)),
  no_events_at_all = list(c(0, 0, 0), c(20, 30, 40), c(0, 0, 0), c(20, 30, 40)),
  one_study_with_events = list(c(0, 2, 0), c(20, 30, 40), c(0, 4, 0), c(20, 30, 40)),
  zeros_on_both_sides = list(c(0, 3, 0, 5, 0), c(20, 30, 40, 50, 25), c(2, 0, 4, 0, 0), c(20, 30, 40, 50, 25)),
  equal_tables = list(rep(4, 5), rep(30, 5), rep(7, 5), rep(30, 5)),
  one_dominates = list(c(1, 0, 2, 400), c(20, 15, 30, 9000), c(2, 1, 1, 480), c(20, 18, 30, 9100))
)
for (edge in names(edges)) local({
  cells <- edges[[edge]]
  name <- edge
  sets[[paste0("tables_", name)]] <<- function() do.call(tables, c(paste0("tables_", name), cells, made = TRUE))
  sets[[paste0("rates_", name)]] <<- function() do.call(rates, c(paste0("rates_", name), cells, made = TRUE))
  sets[[paste0("proportions_", name)]] <<- function() do.call(proportions, c(paste0("proportions_", name), cells[1:2], made = TRUE))
})

write_files(sets)
