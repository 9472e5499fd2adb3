# Data sets of metadat with one effect per study: how their columns become those of the files, and what is asked of them.

# `raw` is read inside the data set (all rows, or those of `rows`); `group` and `order` name columns of it.
published_set <- function(id, kind, raw, formulas = NULL, group = NULL, order = NULL, rows = TRUE, from = id) {
  force(list(formulas, group, order, from))
  raw <- substitute(raw)
  rows <- substitute(rows)
  function() {
    d <- published(from)
    d <- d[eval(rows, d), , drop = FALSE]
    columns <- eval(raw, d)
    list(id = id, kind = kind, title = from, raw = columns, formulas = formulas,
         group = if (!is.null(group)) columns[[group]], order = if (!is.null(order)) columns[[order]])
  }
}

binary <- function(id, ...) published_set(id, "two-group-binary", ...)
continuous <- function(id, ...) published_set(id, "two-group-continuous", ...)
correlation <- function(id, ...) published_set(id, "correlation", ...)
proportion <- function(id, ...) published_set(id, "single-proportion", ...)
rate <- function(id, ...) published_set(id, "incidence-rate", ...)
generic <- function(id, ...) published_set(id, "generic", ...)

sets_published <- list(
  dat.anand1999 = binary("dat.anand1999", list(study = study, ai = ai, n1i = n1i, ci = ci, n2i = n2i, intensity = intensity, year = year, asp.t = asp.t),
    list(intensity = ~ intensity, year = ~ year, both = ~ intensity * asp.t), "intensity", "year"),
  dat.axfors2021 = binary("dat.axfors2021", list(study = acronym, ai = hcq_arm_event, n1i = hcq_arm_total, ci = control_arm_event, n2i = control_arm_total,
    drug = hcq_cq, setting = patient_setting), list(setting = ~ setting, two = ~ setting + drug), "setting"),
  dat.bourassa1996 = binary("dat.bourassa1996", list(study = author, ai = lh.le, n1i = lh.le + lh.re, ci = rh.le, n2i = rh.le + rh.re, year = year, hand = hand_assess, sex = sex),
    list(year = ~ year, hand = ~ hand, mix = ~ sex + year), "hand", "year"),
  dat.cannon2006 = binary("dat.cannon2006", list(study = trial, ai = ep1t, n1i = nt, ci = ep1c, n2i = nc, pop = pop), list(pop = ~ pop), "pop"),
  dat.collins1985a = binary("dat.collins1985a", list(study = trial, ai = d.xti, n1i = nti, ci = d.xci, n2i = nci, trt = trt, year = year), list(trt = ~ trt, year = ~ year), "trt", "year"),
  dat.collins1985a_bleeding = binary("dat.collins1985a_bleeding", list(study = trial, ai = b.xti, n1i = nti, ci = b.xci, n2i = nci, ref = ref), NULL, "ref", from = "dat.collins1985a"),
  dat.dagostino1998 = binary("dat.dagostino1998", list(study = study, ai = xt, n1i = nt, ci = xc, n2i = nc, drug = drug), list(drug = ~ drug), "drug", rows = !is.na(xt)),
  dat.dorn2007 = binary("dat.dorn2007", list(study = study, ai = x.a, n1i = n.a, ci = x.p, n2i = n.p, criteria = ibs.crit, days = days, visits = visits, year = year),
    list(days = ~ days, all = ~ days + visits + criteria), "criteria", "year"),
  dat.fine1993 = binary("dat.fine1993", list(study = study, ai = e4i, n1i = nei, ci = c4i, n2i = nci)),
  dat.frank2008 = binary("dat.frank2008", list(study = study, ai = bc.del.del, n1i = bc.del.del + bc.ins.ins, ci = ct.del.del, n2i = ct.del.del + ct.ins.ins)),
  dat.graves2010 = binary("dat.graves2010", list(study = study, ai = ai, n1i = n1i, ci = ci, n2i = n2i)),
  dat.hahn2001 = binary("dat.hahn2001", list(study = study, ai = ai, n1i = n1i, ci = ci, n2i = n2i)),
  dat.hartmannboyce2018 = binary("dat.hartmannboyce2018", list(study = study, ai = x.nrt, n1i = n.nrt, ci = x.ctrl, n2i = n.ctrl, treatment = treatment), list(treatment = ~ treatment), "treatment"),
  dat.laopaiboon2015 = binary("dat.laopaiboon2015", list(study = author, ai = ai, n1i = n1i, ci = ci, n2i = n2i, age = age, ctrl = ctrl, year = year), list(age = ~ age, ctrl = ~ ctrl), "ctrl", "year"),
  dat.landenberger2005 = binary("dat.landenberger2005", list(study = study, ai = n.ctrl.rec, n1i = n.ctrl.rec + n.ctrl.non, ci = n.cbt.rec, n2i = n.cbt.rec + n.cbt.non,
    design = design, length = length, age = age, program = program), list(length = ~ length, many = ~ design + length + age, cross = ~ design * program), "design"),
  dat.lau1992 = binary("dat.lau1992", list(study = trial, ai = ai, n1i = n1i, ci = ci, n2i = n2i, year = year), list(year = ~ year), NULL, "year"),
  dat.li2007 = binary("dat.li2007", list(study = study, ai = ai, n1i = n1i, ci = ci, n2i = n2i, year = year), list(year = ~ year, curved = ~ year + I(year^2)), NULL, "year"),
  dat.linde2015 = binary("dat.linde2015", list(study = author, ai = remi1, n1i = n1, ci = remi2, n2i = n2, year = year, drug = treatment1), list(drug = ~ drug), "drug", "year"),
  dat.vanhowe1999 = binary("dat.vanhowe1999", list(study = study, ai = non.pos, n1i = non.pos + non.neg, ci = cir.pos, n2i = cir.pos + cir.neg, category = category), list(category = ~ category), "category"),
  dat.yusuf1985 = binary("dat.yusuf1985", list(study = trial, ai = ai, n1i = n1i, ci = ci, n2i = n2i), rows = table == "6"),
  dat.yusuf1985_long = binary("dat.yusuf1985_long", list(study = trial, ai = ai, n1i = n1i, ci = ci, n2i = n2i, table = table), NULL, "table", rows = table != "6", from = "dat.yusuf1985"),
  dat.bornmann2007 = binary("dat.bornmann2007", list(study = study, ai = waward, n1i = wtotal, ci = maward, n2i = mtotal, type = type, year = year), list(both = ~ type + year), "type", "year"),

  dat.besson2016 = continuous("dat.besson2016", list(study = study_ID, m1i = exp_mean, sd1i = exp_se * sqrt(exp_n), n1i = exp_n, m2i = con_mean, sd2i = con_se * sqrt(con_n), n2i = con_n,
    species = species), list(species = ~ species), "species", rows = 1:90),
  dat.dagostino1998_means = continuous("dat.dagostino1998_means", list(study = study, m1i = mt, sd1i = sdt, n1i = nt, m2i = mc, sd2i = sdc, n2i = nc, outcome = outcome, cold = cold),
    list(outcome = ~ outcome, cold = ~ cold), "outcome", from = "dat.dagostino1998"),
  dat.franchini2012 = continuous("dat.franchini2012", list(study = Study, m1i = y1, sd1i = sd1, n1i = n1, m2i = y2, sd2i = sd2, n2i = n2)),
  dat.lehmann2018 = continuous("dat.lehmann2018", list(study = Short_Title, m1i = Red_M, sd1i = Red_SD, n1i = Red_N, m2i = Control_M, sd2i = Control_SD, n2i = Control_N, gender = Gender, source = Source_Type, year = Year),
    list(gender = ~ gender, more = ~ gender + source + year), "source", "year"),
  dat.michael2013 = continuous("dat.michael2013", list(study = Study, m1i = Brain_m, sd1i = Brain_s, n1i = Brain_n, m2i = No_brain_m, sd2i = No_brain_s, n2i = No_brain_n, medium = Medium, critique = Included_Critique),
    list(medium = ~ medium, critique = ~ critique * medium), "medium"),
  dat.stowe2010 = continuous("dat.stowe2010", list(study = study, m1i = y1, sd1i = sd1, n1i = n1, m2i = y2, sd2i = sd2, n2i = n2, drug = t1), list(drug = ~ drug), "drug"),

  dat.cohen1981 = correlation("dat.cohen1981", list(study = study, ri = ri, ni = ni, control = control), NULL, "control"),
  dat.craft2003 = correlation("dat.craft2003", list(study = study, ri = ri, ni = ni, sport = sport, var1 = var1), list(var1 = ~ var1, cross = ~ var1 * sport), "var1"),
  dat.crede2010 = correlation("dat.crede2010", list(study = studyid, ri = ri, ni = ni, source = source, class = class, year = year), list(source = ~ source, class = ~ class + year), "class", "year"),
  dat.nakagawa2007 = correlation("dat.nakagawa2007", list(study = StudyID, ri = Correlation, ni = SampleSize)),
  dat.white2020 = correlation("dat.white2020", list(study = study_id, ri = r, ni = n, class = class, sex = sex), list(class = ~ class, sex = ~ sex), "class", rows = seq_along(r) <= 90),

  dat.baker2009 = proportion("dat.baker2009", list(study = study, xi = exac, ni = total, treatment = treatment, year = year), list(treatment = ~ treatment, year = ~ year), "treatment", "year"),
  dat.dogliotti2014 = proportion("dat.dogliotti2014", list(study = study, xi = stroke, ni = total, treatment = treatment), list(treatment = ~ treatment), "treatment"),
  dat.dong2013 = proportion("dat.dong2013", list(study = id, xi = death, ni = randomized, treatment = treatment), list(treatment = ~ treatment), "treatment"),
  dat.gurusamy2011 = proportion("dat.gurusamy2011", list(study = study, xi = death, ni = n, treatment = treatment), list(treatment = ~ treatment), "treatment"),
  dat.hannum2020 = proportion("dat.hannum2020", list(study = authorName, xi = xi, ni = ni, objectivity = objectivity, country = country), list(objectivity = ~ objectivity), "country"),
  dat.hasselblad1998 = proportion("dat.hasselblad1998", list(study = study, xi = xi, ni = ni, trt = trt, year = year), list(trt = ~ trt, both = ~ trt + year), "trt", "year"),
  dat.kearon1998 = proportion("dat.kearon1998", list(study = study, xi = tp, ni = np, patients = patients, year = year), list(patients = ~ patients, year = ~ year), "patients", "year"),
  dat.obrien2003 = proportion("dat.obrien2003", list(study = study, xi = cases, ni = total, bmi = bmi, ch = ch), list(bmi = ~ bmi, curved = ~ bmi + I(bmi^2)), "ch"),
  dat.pagliaro1992 = proportion("dat.pagliaro1992", list(study = study, xi = xi, ni = ni, trt = trt), list(trt = ~ trt), "trt"),
  dat.woods2010 = proportion("dat.woods2010", list(study = author, xi = r, ni = N, treatment = treatment), NULL, "treatment"),

  dat.nielweise2008 = rate("dat.nielweise2008", list(study = authors, x1i = x1i, t1i = t1i / 1000, x2i = x2i, t2i = t2i / 1000)),
  dat.nielweise2008_days = rate("dat.nielweise2008_days", list(study = authors, x1i = x1i, t1i = t1i, x2i = x2i, t2i = t2i), from = "dat.nielweise2008"),

  dat.assink2016 = generic("dat.assink2016", list(study = study, yi = yi, vi = vi, deltype = deltype, year = year), list(both = ~ deltype + year), "deltype", "year"),
  dat.baskerville2012 = generic("dat.baskerville2012", list(study = author, yi = smd, vi = se^2, design = design, tailor = tailor, intensity = pperf * meetings * hours),
    list(tailor = ~ tailor, design = ~ design, both = ~ intensity + tailor), "design"),
  dat.begg1989 = generic("dat.begg1989", list(study = study, yi = yi, vi = vi, trt = trt), list(trt = ~ trt), "trt"),
  dat.ishak2007 = generic("dat.ishak2007", list(study = study, yi = y1i, vi = v1i, mdur = mdur, mbase = mbase), list(mdur = ~ mdur, both = ~ mdur + mbase)),
  dat.kalaian1996 = generic("dat.kalaian1996", list(study = study, yi = yi, vi = vi, ni = n1i + n2i, outcome = outcome, hrs = hrs, year = year), list(hrs = ~ log(hrs), cross = ~ outcome * hrs), "outcome", "year"),
  dat.knapp2017_single = generic("dat.knapp2017_single", list(study = study, yi = yi, vi = vi, difficulty = difficulty, task = task), list(difficulty = ~ difficulty), "task", from = "dat.knapp2017"),
  dat.konstantopoulos2011_single = generic("dat.konstantopoulos2011_single", list(study = study, yi = yi, vi = vi, district = as.character(district), year = year), list(district = ~ district, year = ~ year), "district", "year", from = "dat.konstantopoulos2011"),
  dat.linde2016 = generic("dat.linde2016", list(study = id, yi = lnOR, vi = selnOR^2, treat1 = treat1), list(treat1 = ~ treat1), "treat1"),
  dat.lopez2019 = generic("dat.lopez2019", list(study = study, yi = diff, vi = se, group = group, treatment = treatment), list(group = ~ group), NULL, rows = 1:100),
  dat.raudenbush1985 = generic("dat.raudenbush1985", list(study = author, yi = yi, vi = vi, ni = n1i + n2i, weeks = weeks, setting = setting, tester = tester, year = year),
    list(weeks = ~ weeks, cross = ~ weeks * tester, all = ~ weeks + setting + tester), "tester", "year"),
  dat.riley2003_DFS = generic("dat.riley2003_DFS", list(study = study, yi = yi, vi = vi), rows = outcome == "DFS", from = "dat.riley2003"),
  dat.tannersmith2016 = generic("dat.tannersmith2016", list(study = studyid, yi = yi, vi = vi, aget1 = aget1, sexmix = sexmix), list(aget1 = ~ aget1, two = ~ aget1 + sexmix), "sexmix")
)
