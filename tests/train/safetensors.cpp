#include "strata/train/safetensors.hpp"

#include <cstdio>
#include <cstdlib>
#include <limits>

#include "folder.hpp"
#include "strata/support/files.hpp"
#include "testing.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

/// A file with this header and that many bytes of data.
std::string with_header(const std::string& header, size_t data = 0) {
  std::string bytes;
  for (uint64_t length = header.size(), i = 0; i < 8; ++i)
    bytes += static_cast<char>(length >> (8 * i) & 255);
  return bytes + header + std::string(data, '\x01');
}

std::string refusal(const std::string& bytes) {
  try {
    from_safetensors(bytes, "w.safetensors");
  } catch (const UserError& e) {
    return e.what();
  } catch (const std::exception& e) {
    return fmt::format("no UserError, but: {}", e.what());
  }
  return "accepted";
}

const double kNan = std::numeric_limits<double>::quiet_NaN();

std::vector<Parameter> samples() {
  return {{"encoder.0.0.weight", tensor({1.5, -2, 1e-300, 0.1, 5, 6}, {2, 3})},
          {"encoder.0.0.bias", tensor({0.1, -0.0}, {2}, at::kFloat)},
          {"scalar", at::full({}, 7, at::kLong)},
          {"empty", at::empty({0, 4}, at::kFloat)},
          {"bytes \"quoted\"", at::tensor({0, 255}, at::kByte)},
          {"turned", tensor({1, 2, 3, 4, 5, 6}, {2, 3}).t()}};
}

// A reader from the format's specification, with nothing but Python's standard library.
constexpr const char* kReader = R"(
import json, math, struct, sys
with open(sys.argv[1], 'rb') as f:
    raw = f.read()
length = struct.unpack('<Q', raw[:8])[0]
header, data = json.loads(raw[8:8 + length]), raw[8 + length:]
assert length % 8 == 0 and raw[8:9] == b'{'
kinds = {'F64': 'd', 'F32': 'f', 'I64': 'q', 'U8': 'B'}
found, end = {'metadata': header.pop('__metadata__', {})}, 0
for name, entry in header.items():
    first, last = entry['data_offsets']
    assert first == end
    end = last
    count = math.prod(entry['shape'])
    values = struct.unpack('<%d%s' % (count, kinds[entry['dtype']]), data[first:last])
    found[name] = {'dtype': entry['dtype'], 'shape': entry['shape'], 'values': values}
assert end == len(data)
print(json.dumps(found))
)";

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  char part[4096];
  while (const size_t n = fread(part, 1, sizeof part, pipe)) text.append(part, n);
  CHECK(pclose(pipe) == 0);
  return text;
}

}  // namespace

TEST_CASE("tensors come back with name, dtype, shape and bits") {
  const std::vector<Parameter> saved = samples();
  const std::vector<Parameter> read = from_safetensors(to_safetensors(saved, {{"k", "v"}}), "file");
  REQUIRE(read.size() == saved.size());
  for (size_t i = 0; i < saved.size(); ++i) {
    CAPTURE(saved[i].name);
    CHECK(read[i].name == saved[i].name);
    CHECK(read[i].value.dtype() == saved[i].value.dtype());
    CHECK(read[i].value.sizes() == saved[i].value.sizes());
    CHECK(at::equal(read[i].value, saved[i].value));
  }
  CHECK(std::signbit(read[1].value[1].item<float>()));
  const auto nan = from_safetensors(to_safetensors({{"nan", tensor({kNan}, {1})}}), "file");
  CHECK(std::isnan(nan[0].value.item<double>()));
  CHECK(from_safetensors(to_safetensors({}), "file").empty());
}

TEST_CASE("a reader that is not ours reads the file") {
  if (std::system("python3 -S -c pass 2>/dev/null") != 0) {
    MESSAGE("skipped: there is no python3 here");
    return;
  }
  const TemporaryFolder folder("safetensors");
  write_file_atomically(folder.path / "reader.py", kReader);
  write_file_atomically(folder.path / "w.safetensors",
                        to_safetensors(samples(), {{"stage", "one"}}));
  const Json found = Json::parse(output_of(
      fmt::format("python3 -S '{0}/reader.py' '{0}/w.safetensors'", folder.path.string())));
  CHECK(found.size() == 7);
  CHECK(found["metadata"] == Json{{"stage", "one"}});
  CHECK(found["encoder.0.0.weight"] ==
        Json{{"dtype", "F64"}, {"shape", {2, 3}}, {"values", {1.5, -2.0, 1e-300, 0.1, 5.0, 6.0}}});
  CHECK(found["encoder.0.0.bias"] ==
        Json{{"dtype", "F32"}, {"shape", {2}}, {"values", {0.10000000149011612, -0.0}}});
  CHECK(found["scalar"] == Json{{"dtype", "I64"}, {"shape", Json::array()}, {"values", {7}}});
  CHECK(found["empty"] == Json{{"dtype", "F32"}, {"shape", {0, 4}}, {"values", Json::array()}});
  CHECK(found["bytes \"quoted\""] == Json{{"dtype", "U8"}, {"shape", {2}}, {"values", {0, 255}}});
  CHECK(found["turned"] ==
        Json{{"dtype", "F64"}, {"shape", {3, 2}}, {"values", {1.0, 4.0, 2.0, 5.0, 3.0, 6.0}}});
}

TEST_CASE("a file laid out by hand is read") {
  const std::string header = R"({"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},)"
                             R"("a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}})";
  const std::string data("\x02\x01\0\0\0\0\0\0\0\0\x80\x3f", 12);  // 258, then 1.0F
  const auto read = from_safetensors(with_header(header) + data, "file");
  REQUIRE(read.size() == 2);
  CHECK(read[0].name == "b");
  CHECK(read[0].value.item<float>() == 1.0F);
  CHECK(read[1].value.item<int64_t>() == 258);
}

TEST_CASE("dtypes that nobody reads are not written") {
  CHECK_THROWS_WITH_AS(to_safetensors({{"x", at::zeros({1}, at::kComplexFloat)}}),
                       "safetensors cannot hold dtype ComplexFloat", RunError);
}

TEST_CASE("what is no safetensors file is refused") {
  const auto entry = [](const std::string& dtype, const std::string& shape,
                        const std::string& place) {
    return R"({"x":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + place +
           "}}";
  };
  CHECK(refusal("") == "w.safetensors: too short for safetensors");
  CHECK(refusal("1234567") == "w.safetensors: too short for safetensors");
  CHECK(refusal(std::string(8, '\xff')) ==
        "w.safetensors: the header's length of 18446744073709551615 passes the file's end");
  CHECK(refusal(std::string("\x03\0\0\0\0\0\0\0{}", 10)) ==
        "w.safetensors: the header's length of 3 passes the file's end");
  CHECK(refusal(with_header("{")).rfind("w.safetensors: not a safetensors header: ", 0) == 0);
  CHECK(refusal(with_header("[]")) == "w.safetensors: not a safetensors header: no JSON object");
  CHECK(refusal(with_header(R"({"x":5})")).rfind("w.safetensors: not a safetensors header: ", 0) ==
        0);
  CHECK(refusal(with_header(R"({"x":{"dtype":"F32"}})"))
            .rfind("w.safetensors: not a safetensors header: ", 0) == 0);
  CHECK(refusal(with_header(entry("Q7", "[1]", "[0,4]"), 4)) ==
        "w.safetensors: dtype Q7 is not read here");
  const std::string place = "w.safetensors: tensor 'x' of 8 bytes does not fit its place";
  CHECK(refusal(with_header(entry("F32", "[2]", "[0,8]"), 7)) == place);   // cut off
  CHECK(refusal(with_header(entry("F32", "[2]", "[0,4]"), 8)) == place);   // another size
  CHECK(refusal(with_header(entry("F32", "[2]", "[8,0]"), 8)) == place);   // backwards
  CHECK(refusal(with_header(entry("F32", "[2]", "[-8,0]"), 8)) == place);  // before the data
  CHECK(refusal(with_header(entry("F32", "[2]", "[0]"), 8)) == place);
  CHECK(refusal(with_header(entry("F32", "[-2]", "[0,8]"), 8)) ==
        "w.safetensors: tensor 'x' has a size of -2");
  // 2^40 * 2^40 elements: their number would overflow.
  CHECK(refusal(with_header(entry("F32", "[1099511627776,1099511627776]", "[0,0]"))) ==
        "w.safetensors: tensor 'x' is larger than the file");
  // The format wants every byte to belong to exactly one tensor.
  CHECK(refusal(with_header(entry("F32", "[2]", "[0,8]"), 9)) ==
        "w.safetensors: the tensors take 8 of the file's 9 bytes of data");
  CHECK(refusal(with_header(entry("F32", "[2]", "[1,9]"), 9)) ==
        "w.safetensors: the tensors take 8 of the file's 9 bytes of data");
  CHECK(refusal(with_header(R"({"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)"
                            R"("y":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}})",
                            6)) == "w.safetensors: tensors 'x' and 'y' overlap");
}
