#pragma once
// What a run was judged on after its training: the records of kind "evaluation" beside it.
// Implemented in evaluations.cpp.
#include "strata/report/reading/compared_run.hpp"

namespace strata {

/// Adds the figures of the evaluations in a run's folder to those of the run: the accuracy on
/// Fashion-MNIST's test set as "fashion_mnist.accuracy". So they are columns of the run that was
/// judged, and neither a row nor a run. Those of other weights, from before the run was trained
/// anew, are passed over; what cannot be read goes to `unreadable`.
void add_evaluations(const Json& record, ComparedRun& run,
                     std::vector<UnreadableRecord>& unreadable);

}  // namespace strata
