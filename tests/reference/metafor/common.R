# What the generators of reference files share: numbers as JSON, a call that may fail, and the command line.
#
# The files have the form of those that metafor's results were given in: null for what is missing, "Inf" and "-Inf", every
# number in the shortest form that reads back as the same double, and {"error": ...} where R has no answer.

suppressMessages(library(metafor))

# Text of a value. A vector of one is a number, unless it is marked by `column()`; a matrix is a list of rows.
json <- function(x) {
  if (is.null(x)) return("null")
  if (is.matrix(x)) return(brackets(apply(x, 1, function(row) brackets(scalars(row)))))
  if (is.list(x)) {
    parts <- vapply(x, json, "")
    if (is.null(names(x))) return(brackets(parts))
    return(paste0("{", paste0(quoted(names(x)), ":", parts, collapse = ","), "}"))
  }
  parts <- scalars(x)
  if (length(parts) == 1 && !inherits(x, "AsIs")) parts else brackets(parts)
}

brackets <- function(parts) paste0("[", paste(parts, collapse = ","), "]")

quoted <- function(text) vapply(as.character(text), function(one) as.character(jsonlite::toJSON(one, auto_unbox = TRUE)), "")

scalars <- function(x) {
  x <- as.vector(unclass(if (is.factor(x)) as.character(x) else x))
  if (is.character(x)) return(ifelse(is.na(x), "null", quoted(x)))
  if (is.logical(x)) return(ifelse(is.na(x), "null", ifelse(x, "true", "false")))
  short <- sprintf("%.15g", x)
  exact <- ifelse(suppressWarnings(as.numeric(short)) == x, short, sprintf("%.17g", x))
  ifelse(is.na(x), "null", ifelse(is.infinite(x), ifelse(x > 0, '"Inf"', '"-Inf"'), exact))
}

# A value that is a list in the file even if it has one element.
column <- function(x) if (is.null(x)) x else I(as.vector(if (is.factor(x)) as.character(x) else x))

# The value of an expression, or a block that says why R has none.
attempt <- function(expression) {
  tryCatch(suppressMessages(suppressWarnings(expression)), error = function(failure) list(error = conditionMessage(failure)))
}

failed <- function(block) is.list(block) && !is.null(block[["error"]])

# The head of a file; `raw` is a list of columns, `made` is TRUE for numbers that no study reported.
document <- function(id, kind, raw, title, made = FALSE, ...) {
  from <- if (made) "made-up numbers, of no study" else paste0("R package metadat ", packageVersion("metadat"), ", dataset ", id)
  c(list(id = id, kind = kind, title = title, data_from = from,
         computed_with = paste("metafor", packageVersion("metafor")), k = length(raw[[1]]), raw = lapply(raw, column)), list(...))
}

# A data set of metadat.
published <- function(name) {
  space <- new.env()
  data(list = name, package = "metadat", envir = space)
  as.data.frame(space[[name]])
}

# Rscript <file> FOLDER [id ...]: one file for each of `sets` (functions of no argument, named by id), or for those asked for; `*` in
# an id stands for any letters.
write_files <- function(sets) {
  arguments <- commandArgs(trailingOnly = TRUE)
  if (!length(arguments)) stop("name the folder to write to, then the ids of the files (all, without ids)")
  asked <- if (length(arguments) > 1) arguments[-1] else "*"
  found <- lapply(asked, function(id) grep(glob2rx(id), names(sets), value = TRUE))
  if (any(!lengths(found))) stop("no data set ", paste(asked[!lengths(found)], collapse = ", "))
  wanted <- unique(unlist(found))
  for (id in wanted) writeLines(json(sets[[id]]()), file.path(arguments[1], paste0(id, ".json")), useBytes = TRUE)
}
