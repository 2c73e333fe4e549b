#pragma once
// A data set on the device that trains on it. Implemented in device_data.cpp.
#include "strata/run/experiment.hpp"
#include "strata/train/trainer.hpp"

namespace strata {

/// A data set in memory and on the device, and what the record says of it.
struct PreparedData {
  LoadedData host;  ///< owns the bytes that `device` refers to, where that is the CPU
  DeviceData device;
  Json record;  ///< the record's `data`
};

/// Loads the data set, splits it and moves it to the device. Throws UserError.
PreparedData prepare_data(const DataSettings& settings, const DatasetInfo& info,
                          const DataContext& context, const at::Device& device);

}  // namespace strata
