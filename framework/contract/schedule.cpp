#include "strata/core/schedule.hpp"

#include <algorithm>
#include <cmath>

#include "strata/contract/checks.hpp"

namespace strata {
namespace {

constexpr double kBase = 0.1;
constexpr int64_t kEpochs = 6, kSteps = 4;

std::shared_ptr<Schedule> built_schedule(const ComponentRef& ref) {
  return std::static_pointer_cast<Schedule>(ref.info->create(ref.params.get()));
}

/// The rates of a stage's steps, where the figure that is followed takes this course.
std::vector<double> rates(const Schedule& schedule, double base, const std::vector<double>& course,
                          int64_t epochs = kEpochs) {
  std::vector<double> all, followed;
  for (int64_t epoch = 0; epoch < kEpochs; ++epoch) {
    for (int64_t step = 0; step < kSteps; ++step)
      all.push_back(schedule.rate(base, {epoch, step, kSteps, epochs}, followed));
    if (schedule.follows()) followed.push_back(course[static_cast<size_t>(epoch)]);
  }
  return all;
}

const std::vector<std::vector<double>> kCourses = {
    {6, 5, 4, 3, 2, 1}, {1, 1, 1, 1, 1, 1}, {1, std::nan(""), 2, 3, 4, 5}};

void check_rates(const Schedule& schedule) {
  for (const auto& course : kCourses)
    for (const double rate : rates(schedule, kBase, course))
      require(std::isfinite(rate) && rate >= 0, "of a base rate of {:g} it makes {:g}", kBase,
              rate);
}

void check_pure(const ComponentRef& ref) {
  const auto schedule = built_schedule(ref);
  for (const auto& course : kCourses) {
    const auto first = rates(*schedule, kBase, course);
    require(rates(*schedule, kBase, course) == first &&
                rates(*built_schedule(ref), kBase, course) == first,
            "asked twice, it gives two courses of rates");
  }
}

void check_length(const Schedule& schedule) {
  if (schedule.uses_length()) throw CheckSkipped("it may depend on the number of epochs");
  for (const auto& course : kCourses)
    require(rates(schedule, kBase, course) == rates(schedule, kBase, course, 2 * kEpochs),
            "uses_length() is false, and a longer stage begins with other rates");
}

void check_notes(const Schedule& schedule, const Json& settings) {
  for (const int64_t epochs : {1, 2, 1000})
    for (const ScheduleNote& note : schedule.notes(epochs)) {
      const Json* at = &settings;
      for (size_t from = 0; at != nullptr && from <= note.key.size();) {
        const size_t dot = std::min(note.key.find('.', from), note.key.size());
        const auto it = at->find(note.key.substr(from, dot - from));
        at = it == at->end() ? nullptr : &*it;
        from = dot + 1;
      }
      require(at != nullptr, "notes() names '{}', which is no parameter", note.key);
      require(!note.text.empty(), "it notes nothing of '{}'", note.key);
    }
}

void check_schedule(const ComponentRef& ref, Checks& checks) {
  checks.run("gives finite rates", [&] { check_rates(*built_schedule(ref)); });
  checks.run("is a pure function", [&] { check_pure(ref); });
  checks.run("says whether it depends on the number of epochs",
             [&] { check_length(*built_schedule(ref)); });
  checks.run("notes something of its own parameters",
             [&] { check_notes(*built_schedule(ref), ref.dump()); });
}

void use_schedule(const ComponentRef& ref) {
  check_rates(*built_schedule(ref));
}

const FamilyChecks schedule_checks(Schedule::family, check_schedule, use_schedule);

}  // namespace
}  // namespace strata
