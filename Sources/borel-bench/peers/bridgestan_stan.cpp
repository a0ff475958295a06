// Three functions of BridgeStan's C interface around a model class that stanc has written, with Stan's headers as httpstan ships
// them: enough to construct a model from a JSON file and to evaluate its gradient in a loop.

#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <sstream>
#include <string>

#include <stan/io/json/json_data.hpp>
#include <stan/model/model_base.hpp>

stan::model::model_base &new_model(stan::io::var_context &data, unsigned int seed, std::ostream *messages);

namespace {
void report(const std::exception &error, char **message) {
  if (message) *message = strdup(error.what());
}
}  // namespace

extern "C" {
void *bs_model_construct(const char *data, unsigned int seed, char **message) {
  try {
    std::ifstream file(data);
    stan::json::json_data context(file);
    static std::ostringstream messages;
    return &new_model(context, seed, &messages);
  } catch (const std::exception &error) {
    report(error, message);
    return nullptr;
  }
}

int bs_param_unc_num(const void *model) {
  return static_cast<int>(static_cast<const stan::model::model_base *>(model)->num_params_r());
}

int bs_log_density_gradient(const void *pointer, bool propto, bool jacobian, const double *theta, double *value,
                            double *gradient, char **message) {
  const auto *model = static_cast<const stan::model::model_base *>(pointer);
  if (!propto || !jacobian) return -1;
  try {
    stan::math::nested_rev_autodiff nested;
    const Eigen::Index n = static_cast<Eigen::Index>(model->num_params_r());
    Eigen::Matrix<stan::math::var, Eigen::Dynamic, 1> parameters(n);
    for (Eigen::Index i = 0; i < n; i++) parameters[i] = theta[i];
    stan::math::var density = model->log_prob_propto_jacobian(parameters, nullptr);
    density.grad();
    *value = density.val();
    for (Eigen::Index i = 0; i < n; i++) gradient[i] = parameters[i].adj();
    return 0;
  } catch (const std::exception &error) {
    report(error, message);
    return -1;
  }
}
}
