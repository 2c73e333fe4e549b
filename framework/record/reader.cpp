#include "strata/record/reader.hpp"

#include <utility>
#include <vector>

namespace strata {
namespace {

// Of lists and objects that are open around the value of a key of stages[], and of an epoch's.
constexpr size_t stage_depth = 3, epoch_depth = 5;

/// Receives the events of nlohmann's parser; its member functions' names are given there.
class Builder {
 public:
  Builder(RecordDetail detail, size_t& error_byte)
      : lean_(detail == RecordDetail::no_epoch_lists), error_byte_(error_byte) {}

  Json take() { return std::move(root_); }

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(Json::number_integer_t value) { return add(value); }
  bool number_unsigned(Json::number_unsigned_t value) { return add(value); }
  bool number_float(Json::number_float_t value, const std::string& /*text*/) { return add(value); }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(Json::binary_t& value) { return add(std::move(value)); }

  bool key(std::string& name) {
    if (skipped_ > 0) return true;
    key_ = std::move(name);
    if (open_.size() == 1) in_stages_ = key_ == "stages";
    if (open_.size() <= stage_depth)
      in_epochs_ = in_stages_ && open_.size() == stage_depth && key_ == "epochs";
    return true;
  }

  bool start_object(size_t /*size*/) { return open(Json::object(), false); }
  bool end_object() { return close(); }
  bool start_array(size_t /*size*/) {
    return open(Json::array(), lean_ && in_epochs_ && open_.size() > epoch_depth);
  }
  bool end_array() { return close(); }

  bool parse_error(size_t byte, const std::string& /*token*/, const Json::exception& /*error*/) {
    error_byte_ = byte;
    return false;
  }

 private:
  template <typename T>
  bool add(T&& value) {
    if (skipped_ == 0) put(Json(std::forward<T>(value)));
    return true;
  }

  Json& put(Json value) {
    if (open_.empty()) return root_ = std::move(value);
    Json& in = *open_.back();
    if (in.is_object()) return in[key_] = std::move(value);
    in.push_back(std::move(value));
    return in.back();
  }

  bool open(Json empty, bool skip) {
    if (skip || skipped_ > 0)
      ++skipped_;
    else
      open_.push_back(&put(std::move(empty)));
    return true;
  }

  bool close() {
    if (skipped_ > 0)
      --skipped_;
    else
      open_.pop_back();
    return true;
  }

  const bool lean_;
  size_t& error_byte_;
  Json root_;
  std::vector<Json*> open_;  ///< the value being filled, and those around it
  std::string key_;          ///< of the value to come, where an object is being filled
  bool in_stages_ = false, in_epochs_ = false;
  size_t skipped_ = 0;  ///< how deep in a list that is left out
};

}  // namespace

std::optional<Json> parse_record(const std::string& text, RecordDetail detail, size_t& error_byte) {
  Builder builder(detail, error_byte);
  if (!Json::sax_parse(text, &builder)) return std::nullopt;
  return builder.take();
}

}  // namespace strata
