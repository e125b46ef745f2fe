// A clang-tidy plugin: a check that finds nothing and keeps all others out of system headers.
//
// clang-tidy 16 matches every check against every declaration of a translation unit, and then drops what it found in
// system headers. Those of gRPC, protobuf and the standard library are most of a translation unit: without this, three
// quarters of clang-tidy's time. LLVM 22 leaves system headers out by itself.
//
// Of what LLVM knows as the traversal scope: a visitor enters only the declarations in it. It is set when the visitor
// meets the translation unit, before it enters what is below.
#include <vector>

#include <clang-tidy/ClangTidyCheck.h>
#include <clang-tidy/ClangTidyModule.h>
#include <clang-tidy/ClangTidyModuleRegistry.h>
#include <clang/AST/ASTContext.h>
#include <clang/ASTMatchers/ASTMatchFinder.h>
#include <clang/Basic/SourceManager.h>

namespace fleet::tidy {

class OwnCodeScope : public clang::tidy::ClangTidyCheck {
 public:
  using ClangTidyCheck::ClangTidyCheck;

  void registerMatchers(clang::ast_matchers::MatchFinder* finder) override {
    finder->addMatcher(clang::ast_matchers::translationUnitDecl().bind("unit"), this);
  }

  void check(const clang::ast_matchers::MatchFinder::MatchResult& result) override {
    const auto* unit = result.Nodes.getNodeAs<clang::TranslationUnitDecl>("unit");
    const clang::SourceManager& sources = *result.SourceManager;
    std::vector<clang::Decl*> own;
    for (clang::Decl* declaration : unit->decls()) {
      const clang::SourceLocation location = sources.getExpansionLoc(declaration->getLocation());
      if (location.isValid() && !sources.isInSystemHeader(location)) own.push_back(declaration);
    }
    result.Context->setTraversalScope(own);
  }
};

class Module : public clang::tidy::ClangTidyModule {
 public:
  void addCheckFactories(clang::tidy::ClangTidyCheckFactories& factories) override {
    factories.registerCheck<OwnCodeScope>("fleet-own-code-scope");
  }
};

}  // namespace fleet::tidy

static clang::tidy::ClangTidyModuleRegistry::Add<fleet::tidy::Module> registration("fleet", "Fleet's own code only");
