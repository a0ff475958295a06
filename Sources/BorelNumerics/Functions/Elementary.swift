// Elementary functions by name.

import CBorel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension FunctionTable {
  /// Elementary functions: exponentials, logarithms, trigonometry, the log scale.
  public static let elementary: [(name: String, function: RealFunction)] = [
    ("exp", .one(exp)),
    ("expm1", .one(expm1)),
    ("exp2", .one(exp2)),
    ("log", .one(log)),
    ("log1p", .one(log1p)),
    ("log2", .one(log2)),
    ("log10", .one(log10)),
    ("sqrt", .one(sqrt)),
    ("cbrt", .one(cbrt)),
    ("square", .one(borel_square)),
    ("inv", .one(borel_inv)),
    ("inv_sqrt", .one(borel_inv_sqrt)),
    ("pow", .two(pow)),
    ("hypot", .two(hypot)),
    ("sin", .one(sin)),
    ("cos", .one(cos)),
    ("tan", .one(tan)),
    ("asin", .one(asin)),
    ("acos", .one(acos)),
    ("atan", .one(atan)),
    ("sinh", .one(sinh)),
    ("cosh", .one(cosh)),
    ("tanh", .one(tanh)),
    ("asinh", .one(asinh)),
    ("acosh", .one(acosh)),
    ("atanh", .one(atanh)),
    ("atan2", .two(atan2)),
    ("fdim", .two(fdim)),
    ("fmod", .two(fmod)),
    ("fma", .three(fma)),
    ("x_log_y", .two(borel_x_log_y)),
    ("x_log1p_y", .two(borel_x_log1p_y)),
    ("log1p_exp", .one(borel_log1p_exp)),
    ("log1m_exp", .one(borel_log1m_exp)),
    ("log_diff_exp", .two(borel_log_diff_exp)),
    ("log_mix", .three(borel_log_mix)),
    ("logit", .one(borel_logit)),
    ("inv_logit", .one(borel_inv_logit)),
    ("log_inv_logit", .one(borel_log_inv_logit)),
    ("log1m_inv_logit", .one(borel_log1m_inv_logit)),
    ("cloglog", .one(borel_cloglog)),
    ("inv_cloglog", .one(borel_inv_cloglog)),
    ("is_nan", .one(borel_is_nan)),
    ("is_inf", .one(borel_is_inf)),
    ("is_finite", .one(borel_is_finite)),
  ]
}
