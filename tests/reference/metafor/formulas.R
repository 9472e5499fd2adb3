# Effects by the published formulas, written out for the measures that metafor 3.8 lacks or has another formula for than metafor 5
# (of which these are the defaults). They are pooled by metafor like all others.

# Hedges's exact correction of a standardised difference with m degrees of freedom, of which there is none for one.
J <- function(m) ifelse(m > 1, exp(lgamma(m / 2) - log(m / 2) / 2 - lgamma((m - 1) / 2)), NA)

# Gauss's 2F1(a, a; c; x) by its series.
gauss <- function(a, c, x) mapply(function(c, x) {
  n <- 0:20000
  1 + sum(cumprod((a + n)^2 / ((c + n) * (n + 1)) * x))
}, c, x)

written_out <- list(
  # Bonett (2008, 2009)
  SMDH = function(m1i, sd1i, n1i, m2i, sd2i, n2i) {
    average <- (sd1i^2 + sd2i^2) / 2
    g <- J(n1i + n2i - 2) * (m1i - m2i) / sqrt(average)
    list(yi = g, vi = g^2 * (sd1i^4 / (n1i - 1) + sd2i^4 / (n2i - 1)) / (8 * average^2) + (sd1i^2 / (n1i - 1) + sd2i^2 / (n2i - 1)) / average)
  },
  SMD1H = function(m1i, sd1i, n1i, m2i, sd2i, n2i) {
    g <- J(n2i - 1) * (m1i - m2i) / sd2i
    list(yi = g, vi = (sd1i / sd2i)^2 / (n1i - 1) + 1 / (n2i - 1) + g^2 / (2 * (n2i - 1)))
  },
  # Cohen's d with the large-sample variance (Hedges 1982)
  SMD = function(m1i, sd1i, n1i, m2i, sd2i, n2i, correct) {
    d <- (m1i - m2i) / sqrt(((n1i - 1) * sd1i^2 + (n2i - 1) * sd2i^2) / (n1i + n2i - 2))
    list(yi = d, vi = 1 / n1i + 1 / n2i + d^2 / (2 * (n1i + n2i)))
  },
  # Lajeunesse (2015, Ecology 96:2056)
  ROM = function(m1i, sd1i, n1i, m2i, sd2i, n2i) {
    v <- cbind(sd1i^2 / (n1i * m1i^2), sd2i^2 / (n2i * m2i^2))
    list(yi = log(m1i / m2i) + (v[, 1] - v[, 2]) / 2, vi = v[, 1] + v[, 2])
  },
  # Nakagawa et al. (2015), corrected as Senior et al. (2020) do
  CVR = function(m1i, sd1i, n1i, m2i, sd2i, n2i) {
    v <- cbind(sd1i^2 / (n1i * m1i^2), sd2i^2 / (n2i * m2i^2))
    list(yi = log((sd1i / m1i) / (sd2i / m2i)) + 1 / (2 * (n1i - 1)) - 1 / (2 * (n2i - 1)) + v[, 2] / 2 - v[, 1] / 2,
         vi = 1 / (2 * (n1i - 1)) + 1 / (2 * (n2i - 1)) + v[, 1] + v[, 2])
  },
  # Bonett (2008)
  SMCRH = function(m_post, m_pre, sd_post, sd_pre, ni, ri) {
    g <- J(ni - 1) * (m_post - m_pre) / sd_post
    list(yi = g, vi = (sd_post^2 + sd_pre^2 - 2 * ri * sd_post * sd_pre) / (sd_post^2 * (ni - 1)) + g^2 / (2 * (ni - 1)))
  },
  # Cousineau (2020)
  SMCRP = function(m_post, m_pre, sd_post, sd_pre, ni, ri) {
    g <- J(2 * (ni - 1) / (1 + ri^2)) * (m_post - m_pre) / sqrt((sd_post^2 + sd_pre^2) / 2)
    list(yi = g, vi = 2 * (1 - ri) / ni + g^2 * (1 + ri^2) / (4 * ni))
  },
  ROMC = function(m_post, m_pre, sd_post, sd_pre, ni, ri) {
    cv <- cbind(sd_post / m_post, sd_pre / m_pre)
    list(yi = log(m_post / m_pre) + (cv[, 1]^2 - cv[, 2]^2) / (2 * ni), vi = (cv[, 1]^2 + cv[, 2]^2 - 2 * ri * cv[, 1] * cv[, 2]) / ni)
  },
  CVRC = function(m_post, m_pre, sd_post, sd_pre, ni, ri) {
    cv <- cbind(sd_post / m_post, sd_pre / m_pre)
    list(yi = log(cv[, 1] / cv[, 2]) + (cv[, 2]^2 - cv[, 1]^2) / (2 * ni),
         vi = (1 - ri^2) / (ni - 1) + (cv[, 1]^2 + cv[, 2]^2 - 2 * ri * cv[, 1] * cv[, 2]) / ni)
  },
  # Olkin & Pratt (1958), with the unbiased variance of Hedges (1989)
  UCOR = function(ri, ni, vtype = "LS") {
    r <- ri * gauss(1 / 2, (ni - 2) / 2, 1 - ri^2)
    v <- if (vtype == "UB") r^2 - 1 + (ni - 3) / (ni - 2) * (1 - ri^2) * gauss(1, ni / 2, 1 - ri^2) else (1 - r^2)^2 / (ni - 1)
    list(yi = r, vi = ifelse(ni > 4, v, NA))
  }
)

effects_written_out <- function(measure, columns, options) {
  found <- suppressWarnings(do.call(written_out[[measure]], c(columns, options)))
  none <- !is.finite(found$yi) | !is.finite(found$vi)
  list(yi = replace(found$yi, none, NA), vi = replace(found$vi, none, NA))
}
