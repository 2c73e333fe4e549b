#include "command/verify.hpp"

#include <memory>

#include "strata/record/record.hpp"
#include "strata/record/run_folder.hpp"
#include "strata/record/seal.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/print.hpp"

namespace strata {
namespace {

/// What speaks against a run; one line each.
std::vector<std::string> faults_of(const std::filesystem::path& path) {
  try {
    const Json record = read_record(path);
    std::vector<std::string> faults = file_faults(record, path.parent_path(), FileCheck::content);
    if (const auto changed = record.find(changed_key); changed != record.end())
      faults.push_back("record.json: " + changed->get<std::string>());
    return faults;
  } catch (const UserError& e) {
    return {e.what()};
  }
}

int verify(const std::vector<std::string>& places) {
  size_t runs = 0, broken = 0, without_weights = 0;
  for (const std::filesystem::path& path : find_records(places)) {
    ++runs;
    if (has_weights_removed(path.parent_path())) ++without_weights;
    const std::vector<std::string> faults = faults_of(path);
    if (!faults.empty()) ++broken;
    for (const std::string& fault : faults)
      print_out("{}: {}\n", path.parent_path().string(), fault);
  }
  print_out("{} run{} verified, {} not as recorded\n", runs, runs == 1 ? "" : "s", broken);
  if (without_weights > 0)
    print_out("{} of them without weights, which strata rm removed\n", without_weights);
  return broken == 0 ? 0 : 1;
}

}  // namespace

void add_verify_command(CLI::App& app, int& exit_code) {
  const auto places = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app.add_subcommand(
      "verify", "Checks records, weights, events and images against their SHA-256.");
  command->add_option("runs", *places, "Records, folders of them, or patterns")
      ->required()
      ->type_name("RUN|DIR|GLOB");
  command->callback([places, &exit_code] { exit_code = verify(*places); });
}

}  // namespace strata
