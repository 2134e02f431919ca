# Writes tables of the package mlbench as CSV: Rscript mlbench.R FOLDER TABLE.. (make.py calls it).
arguments <- commandArgs(trailingOnly = TRUE)
for (name in arguments[-1]) {
  place <- new.env()
  data(list = name, package = "mlbench", envir = place)
  write.csv(place[[name]], file.path(arguments[1], paste0(name, ".csv")), row.names = FALSE, na = "", quote = TRUE)
}
