#include "strata/train/training_state.hpp"

#include <fmt/format.h>

#include <limits>

#include "strata/support/errors.hpp"

namespace strata {
namespace {

double number_or_nan(const Json& value) {
  return value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

Json dump_epoch(const EpochResult& epoch) {
  return {{"epoch", epoch.epoch},     {"loss", epoch.loss},
          {"terms", epoch.terms},     {"learning_rate", epoch.learning_rate},
          {"seconds", epoch.seconds}, {"samples_per_second", epoch.samples_per_second},
          {"metrics", epoch.metrics}};
}

EpochResult parse_epoch(const Json& json) {
  EpochResult epoch;
  epoch.epoch = json.at("epoch").get<int64_t>();
  epoch.loss = number_or_nan(json.at("loss"));
  epoch.terms = json.at("terms");
  epoch.learning_rate = number_or_nan(json.at("learning_rate"));
  epoch.seconds = number_or_nan(json.at("seconds"));
  epoch.samples_per_second = number_or_nan(json.at("samples_per_second"));
  epoch.metrics = json.at("metrics");
  return epoch;
}

Json TrainingState::dump() const {
  Json done = Json::array();
  for (const EpochResult& result : epochs) done.push_back(dump_epoch(result));
  return {{"epoch", epoch}, {"step", step},         {"seconds", seconds},
          {"epochs", done}, {"followed", followed}, {"selection", selection}};
}

TrainingState TrainingState::parse(const Json& json, const std::string& name) {
  try {
    TrainingState state;
    state.epoch = json.at("epoch").get<int64_t>();
    state.step = json.at("step").get<int64_t>();
    state.seconds = json.at("seconds").get<double>();
    for (const Json& result : json.at("epochs")) state.epochs.push_back(parse_epoch(result));
    for (const Json& value : json.at("followed")) state.followed.push_back(number_or_nan(value));
    state.selection = json.at("selection");
    if (state.epoch < 1 || state.step < 0 ||
        state.epochs.size() != static_cast<size_t>(state.epoch - 1))
      throw UserError(name + ": its place is not one that a stage comes to");
    return state;
  } catch (const Json::exception&) {
    throw UserError(name + ": not a checkpoint's state: its values are of other kinds");
  }
}

void copy_state(const std::vector<Parameter>& from, const std::vector<Parameter>& to,
                const std::string& name) {
  std::map<std::string, Tensor> given;
  for (const Parameter& p : from) given[p.name] = p.value;
  for (const Parameter& p : to) {
    const auto found = given.find(p.name);
    if (found == given.end()) throw UserError(fmt::format("{}: it holds no {}", name, p.name));
    if (found->second.sizes() != p.value.sizes() ||
        found->second.scalar_type() != p.value.scalar_type())
      throw UserError(fmt::format("{}: {} is of another shape or dtype", name, p.name));
  }
  if (given.size() != to.size())
    throw UserError(
        fmt::format("{}: it holds {} tensors, and {} are expected", name, given.size(), to.size()));
  for (const Parameter& p : to) p.value.detach().copy_(given.at(p.name));
}

}  // namespace strata
