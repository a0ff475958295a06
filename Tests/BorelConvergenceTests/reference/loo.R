# Reads cases `likelihood NAME M S K` followed by numbers and writes what the package loo says of them as JSON lines.
suppressMessages(library(loo))
arguments <- commandArgs(trailingOnly = TRUE)
lines <- readLines(arguments[1])
number <- function(x) sapply(x, function(v) if (is.nan(v) || is.na(v)) "NaN" else if (is.infinite(v)) (if (v < 0) "-Infinity" else "Infinity") else sprintf("%.17g", v))
text <- function(x) paste0("[", paste(number(x), collapse = ", "), "]")
place <- 1
while (place <= length(lines)) {
  head <- strsplit(lines[place], " ")[[1]]
  m <- as.integer(head[3]); s <- as.integer(head[4]); k <- as.integer(head[5])
  ll <- sapply(seq_len(k), function(i) as.numeric(strsplit(lines[place + i], " ")[[1]]))
  ll <- matrix(ll, nrow = s)
  place <- place + k + 1
  reff <- relative_eff(exp(ll), chain_id = rep(seq_len(m), each = s / m))
  fit <- suppressWarnings(loo(ll, r_eff = reff))
  w <- suppressWarnings(waic(ll))
  estimates <- function(e) text(as.vector(t(e)))
  cat(sprintf('{"case": "%s", "loo": %s, "elpd": %s, "p_loo": %s, "mcse": %s, "k": %s, "r_eff": %s, "waic": %s, "elpd_waic": %s, "p_waic": %s}\n',
    head[2], estimates(fit$estimates), text(fit$pointwise[, "elpd_loo"]), text(fit$pointwise[, "p_loo"]),
    text(fit$pointwise[, "mcse_elpd_loo"]), text(fit$diagnostics$pareto_k), text(reff),
    estimates(w$estimates), text(w$pointwise[, "elpd_waic"]), text(w$pointwise[, "p_waic"])))
}
