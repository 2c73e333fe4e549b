#pragma once
#include <memory>
#include <string>

#include "strata/parameters/params.hpp"

namespace strata::sample {

/// A catalog of a few components, and an experiment made of them.
struct Layer {
  static constexpr const char* family = "layer";
};
struct Initializer {
  static constexpr const char* family = "initializer";
};
struct Optimizer {
  static constexpr const char* family = "optimizer";
};

struct NormalParams {
  double std = 0.01;
  static void declare(Declare<NormalParams>& d) {
    d.doc("Normal deviates.");
    d.add("std", &NormalParams::std, "standard deviation").above(0);
  }
};

struct LinearParams {
  int64_t units = 0;
  bool bias = true;
  Slot<Initializer> init{"normal"};
  static void declare(Declare<LinearParams>& d) {
    d.doc("A dense layer: y = W x + b.");
    d.example("{type: linear, units: 10}");
    d.known_as({"Dense", "fully_connected"});
    d.add("units", &LinearParams::units, "number of outputs")
        .known_as({"neurons"})
        .required()
        .min(1);
    d.add("bias", &LinearParams::bias, "whether b is there");
    d.add("init", &LinearParams::init, "how W starts");
  }
};

struct TanhParams {
  static void declare(Declare<TanhParams>& d) { d.doc("The hyperbolic tangent."); }
};

struct SgdParams {
  double lr = 0.01;
  double momentum = 0;
  bool nesterov = false;
  static void declare(Declare<SgdParams>& d) {
    d.doc("Stochastic gradient descent.");
    d.known_as({"GradientDescent"});
    d.add("lr", &SgdParams::lr, "learning rate").known_as({"learning_rate"}).above(0).max(10);
    d.add("momentum", &SgdParams::momentum, "momentum").min(0).below(1);
    d.add("nesterov", &SgdParams::nesterov, "Nesterov's form");
    d.check([](const SgdParams& p, Check& check) {
      if (p.nesterov && p.momentum == 0) check.error("nesterov", "nesterov needs momentum above 0");
    });
  }
};

struct StageParams {
  std::optional<int64_t> epochs;
  static void declare(Declare<StageParams>& d) {
    d.doc("What differs in one stage.");
    d.example("{epochs: 3}");
    d.add("epochs", &StageParams::epochs, "of this stage").single("this entry is of one stage");
  }
};

struct PretrainParams {
  std::string target = "pixels";
  OneOrMany<int64_t> epochs{10};
  Slot<Optimizer> optimizer{"sgd"};
  std::vector<StageParams> stages;
  static void declare(Declare<PretrainParams>& d) {
    d.add("target", &PretrainParams::target, "what is rebuilt").choices({"pixels", "codes"});
    d.doc("Training to rebuild.");
    d.example("{epochs: [3, 4]}");
    d.add("epochs", &PretrainParams::epochs, "epochs of each stage").min(1);
    d.add("optimizer", &PretrainParams::optimizer, "how the weights move");
    d.add("stages", &PretrainParams::stages, "what differs in a stage");
  }
};

struct Experiment {
  std::string name;
  int64_t seed = 0;
  std::optional<int64_t> limit;
  std::vector<std::vector<Slot<Layer>>> encoder;
  std::optional<PretrainParams> pretrain;
  Slot<Optimizer> tuner;
  static void declare(Declare<Experiment>& d) {
    d.doc("An experiment.");
    d.example("name: x\nencoder: []");
    d.root();
    d.add("name", &Experiment::name, "names the results").required();
    d.add("seed", &Experiment::seed, "of every random number").min(0);
    d.add("limit", &Experiment::limit, "most samples used").min(1);
    d.add("encoder", &Experiment::encoder, "one list of layers for each pair")
        .example("[[{type: linear, units: 10}, tanh]]")
        .required();
    d.add("pretrain", &Experiment::pretrain, "pretraining");
    d.add("tuner", &Experiment::tuner, "another optimizer");
  }
};

class SampleCatalog final : public Catalog {
 public:
  SampleCatalog() {
    add<NormalParams>("initializer", "normal");
    add<LinearParams>("layer", "linear");
    add<TanhParams>("layer", "tanh");
    add<SgdParams>("optimizer", "sgd");
  }

  const ComponentInfo* find(const std::string& family, const std::string& name) const override {
    const auto it = components_.find({family, name});
    return it == components_.end() ? nullptr : &it->second;
  }
  std::vector<std::string> names(const std::string& family) const override {
    std::vector<std::string> names;
    for (const auto& [key, info] : components_)
      if (key.first == family) names.push_back(key.second);
    return names;
  }
  std::vector<std::string> families() const override {
    return {"initializer", "layer", "optimizer"};
  }

 private:
  template <class P>
  void add(const std::string& family, const std::string& name) {
    ComponentInfo info;
    info.family = family;
    info.name = name;
    info.params = param_list<P>();
    info.make_params = []() -> std::shared_ptr<void> { return std::make_shared<P>(); };
    components_[{family, name}] = std::move(info);
  }

  std::map<std::pair<std::string, std::string>, ComponentInfo> components_;
};

/// The tree as JSON, every scalar a string; quoted ones in single quotes.
inline Json plain(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return nullptr;
    case Node::Kind::scalar:
      return node.quoted ? "'" + node.scalar + "'" : node.scalar;
    case Node::Kind::sequence: {
      Json list = Json::array();
      for (const Node& item : node.items) list.push_back(plain(item));
      return list;
    }
    case Node::Kind::map:
      break;
  }
  Json map = Json::object();
  for (const Node::Entry& entry : node.entries) map[entry.key] = plain(entry.value);
  return map;
}

inline std::shared_ptr<const Source> source(std::string text, std::string name = "f.yaml") {
  return std::make_shared<Source>(Source{std::move(name), std::move(text)});
}

/// Every issue that reading `text` as an experiment gives, as it is printed.
inline std::string mistakes(const std::string& text) {
  Issues issues;
  Node root = parse_yaml(source(text), issues);
  set_paths(root);
  const SampleCatalog catalog;
  if (!root.is_null()) read_params<Experiment>(root, issues, catalog);
  return issues.format();
}

}  // namespace strata::sample
